"""The built web client: its files, its history fallback, its configuration, and what its pages may load. Fed by
deps.web_dir; feeds the browser.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from flask import Blueprint, Flask, Response, request, send_from_directory
from werkzeug.exceptions import NotFound

from engine.api.answers import json_response
from engine.api.dependencies import ClientConfig
from engine.api.problems import http_problem
from engine.api.services import services

IMMUTABLE = "public, max-age=31536000, immutable"  # Vite puts a hash of the content into these files' names
HASHED = "assets/"
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Lockstep</title>
<h1>The dashboard is not built</h1><p>The service runs, but its web client is not there. Build it with
<code>make setup</code>, then reload this page.</p></html>
"""

web_client = Blueprint("web_client", __name__)


@web_client.get("/")
def page() -> Response:
    """The dashboard."""
    return services().web.index()


@web_client.get("/config.json")
def config() -> Response:
    """What the client must know to reach Firebase."""
    return json_response(asdict(services().deps.client))


class WebClient:
    """Serves one folder. Pages answer for every path without an extension, as the client routes by itself."""

    def __init__(self, folder: Path, config: ClientConfig) -> None:
        self._folder = folder
        self._policy = content_security_policy(config)

    def index(self) -> Response:
        """The page, or one that says how to build it."""
        if not (self._folder / "index.html").is_file():
            return self._secured(Response(_NOT_BUILT, 404, mimetype="text/html"))
        response = send_from_directory(self._folder, "index.html", conditional=True)
        response.headers["Cache-Control"] = "no-cache"
        return self._secured(response)

    def file(self, path: str) -> Response | None:
        """A file of the folder, or the page where the path could be one of its own; None for anything else."""
        if path.startswith("api/"):
            return None
        try:
            response = send_from_directory(self._folder, path, conditional=True)
        except NotFound:
            return None if "." in path.rpartition("/")[2] else self.index()
        response.headers["Cache-Control"] = IMMUTABLE if path.startswith(HASHED) else "no-cache"
        return self._secured(response)

    def _secured(self, response: Response) -> Response:
        response.headers["Content-Security-Policy"] = self._policy
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Frame-Options"] = "DENY"  # what older browsers know of frame-ancestors
        return response


def serve_unrouted(app: Flask) -> None:
    """Let the client answer addresses that no route has, and a problem document the rest of them."""
    app.register_blueprint(web_client)
    app.register_error_handler(NotFound, _unrouted)


def _unrouted(error: NotFound) -> Response:
    may = request.endpoint is None and request.method in {"GET", "HEAD"}
    return (services().web.file(request.path.lstrip("/")) if may else None) or http_problem(error)


def content_security_policy(config: ClientConfig) -> str:
    """Only our own files and the hosts that the Firebase SDK talks to, loopback ones where emulators are configured."""
    emulators = [f"http://{host}" for host in (config.auth_emulator, config.firestore_emulator) if host]
    google = (
        "https://identitytoolkit.googleapis.com", "https://securetoken.googleapis.com",
        "https://firestore.googleapis.com", "https://apis.google.com",
    )  # fmt: skip
    frames = [f"https://{config.auth_domain}", *([f"http://{config.auth_emulator}"] if config.auth_emulator else [])]
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' https://apis.google.com",  # the sign-in pop-up's own script
            "style-src 'self' 'unsafe-inline'",  # the chart library writes a style element
            "img-src 'self' data:",
            f"connect-src 'self' {' '.join((*google, *emulators))}",
            f"frame-src {' '.join(frames)}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "object-src 'none'",
        )
    )
