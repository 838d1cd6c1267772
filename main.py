"""The WSGI app for gunicorn: `main:create_app()`. Importing it does nothing; the environment is read on the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> Flask:
    """The service's HTTP face, wired by engine/bootstrap."""
    from engine.bootstrap.face import create_app as wired

    return wired()
