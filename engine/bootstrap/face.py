"""The API's process: the Flask app on its ports. Called by main.py in gunicorn's worker."""

from __future__ import annotations

import gc
import os
import random
from typing import TYPE_CHECKING

from engine.adapters.bell_file import BellFile
from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.snapshot_file import SnapshotFile
from engine.bootstrap.alerts import notifiers
from engine.bootstrap.keys import open_vault
from engine.bootstrap.own_strategies import load_own_strategies
from engine.runtime.logs import configure_logs
from engine.settings import read_settings

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> Flask:
    """The HTTP face; called in gunicorn's worker, after its fork."""
    from engine.adapters.firebase_auth import FirebaseTokenVerifier
    from engine.api.app import create_app as create_face
    from engine.api.dependencies import ApiDependencies, ClientConfig, DemoSignIn

    settings = read_settings(os.environ)
    configure_logs("api")
    load_own_strategies(settings, tell=True)
    clock = SystemClock()
    wire = connect(settings.project, settings.firestore_emulator)
    demo = DemoSignIn(settings.demo_email, settings.demo_password) if settings.demo_email else None
    face = create_face(
        ApiDependencies(
            documents=FirestoreDocuments(wire, clock, random.random, BellFile(settings.bell_path).ring),
            snapshots=SnapshotFile(settings.snapshot_path),
            tokens=FirebaseTokenVerifier(settings.project),
            clock=clock,
            web_dir=settings.web_dir.resolve(),
            client=ClientConfig(
                project=settings.project,
                api_key=settings.api_key,
                auth_domain=settings.auth_domain,
                auth_emulator=settings.auth_emulator,
                firestore_emulator=settings.firestore_emulator,
                demo=demo,
            ),
            owner_uid=settings.owner_uid or None,
            notifiers=notifiers(settings.alerts),
            hard_limits=settings.hard_limits,
            copy_rules=settings.copy_rules,
            paper_sessions_min=settings.paper_sessions_min,
            audit_keep_days=settings.audit_keep_days,
            vault=open_vault(settings, wire),
            trades_for_others=settings.angelone is not None and settings.angelone.others,
        )
    )
    gc.freeze()  # none of it ever goes: no collection looks at it, and the process ends in a tenth of the time
    return face
