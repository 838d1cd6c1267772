"""The parts that one app's routes share. Made by app.create_app from its dependencies; asked for by every route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app

if TYPE_CHECKING:
    from engine.api.commands import CommandDesk
    from engine.api.dependencies import ApiDependencies
    from engine.api.engine_view import EngineView
    from engine.api.ownership import Ownership
    from engine.api.readiness import StoreCheck
    from engine.api.timing import RequestTimes
    from engine.api.trade_pages import TradePages
    from engine.api.web_client import WebClient

_KEY = "lockstep"


@dataclass(frozen=True, slots=True)
class Services:
    """One app's parts: no module holds any state of its own."""

    deps: ApiDependencies
    engine: EngineView
    ownership: Ownership
    commands: CommandDesk
    times: RequestTimes
    store: StoreCheck
    trades: TradePages
    web: WebClient


def provide(app: Flask, made: Services) -> None:
    """Give an app its parts."""
    app.extensions[_KEY] = made


def services() -> Services:
    """The parts of the app that handles the current request."""
    return cast("Services", current_app.extensions[_KEY])
