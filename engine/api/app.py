"""The Flask app: routes, and the hooks every request passes, in their order. Fed by bootstrap with ApiDependencies;
served by gunicorn through main.py.

A request is timed, its token checked, its body looked at, and a repeated write answered from memory, before its route
sees it.
"""

from __future__ import annotations

from flask import Flask

from engine.api.answers import use_strict_json
from engine.api.authentication import require_token
from engine.api.commands import CommandDesk
from engine.api.dependencies import ApiDependencies
from engine.api.engine_view import EngineView
from engine.api.openapi_document import described_app
from engine.api.ownership import Ownership
from engine.api.problems import register_problems
from engine.api.readiness import StoreCheck
from engine.api.request_guard import guard_bodies
from engine.api.services import Services, provide
from engine.api.timing import RequestTimes, time_requests
from engine.api.trade_pages import TradePages
from engine.api.web_client import WebClient, serve_unrouted
from engine.api.writing import replay_writes


def create_app(deps: ApiDependencies) -> Flask:
    """An app ready to serve. Nothing is shared between two of them."""
    app = described_app(deps.version)
    engine = EngineView(deps.snapshots, deps.clock)
    provide(app, Services(
        deps=deps,
        engine=engine,
        ownership=Ownership(deps.documents, engine, deps.clock),
        commands=CommandDesk(deps.documents, deps.clock),
        times=RequestTimes(deps.clock),
        store=StoreCheck(),
        trades=TradePages(deps.clock),
        web=WebClient(deps.web_dir, deps.client),
    ))  # fmt: skip
    use_strict_json(app)
    register_problems(app)
    serve_unrouted(app)
    time_requests(app)
    require_token(app)
    guard_bodies(app)
    replay_writes(app)
    return app
