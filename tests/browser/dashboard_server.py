"""Serves web/dist as the service does, with an API that notes what it is asked. Fed by tests; feeds the page."""

import json
import threading
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from engine.api.dependencies import ClientConfig, DemoSignIn
from engine.api.routes.strategies import _told as told
from engine.api.web_client import content_security_policy
from engine.strategies.registry import available
from tests.runtime.world import eventually

DIST = Path(__file__).parents[2] / "web" / "dist"
DEMO = DemoSignIn("demo@lockstep.test", "lockstep-demo")
# What forms ask for before anything can be typed, as the service answers it.
STRATEGIES = {"items": [told(name) for name in available()]}
ANSWERED = {"GET /strategies": (HTTPStatus.OK, STRATEGIES)}
BUILD = "npm ci --prefix web && npm run build --prefix web"


def client_of(project: str, auth: str, firestore: str, demo: DemoSignIn | None = None) -> ClientConfig:
    """The client's configuration for a pair of emulators."""
    return ClientConfig(project, "local", f"{project}.firebaseapp.com", auth, firestore, demo)


@dataclass(frozen=True)
class Asked:
    """One call of the API: what the page sent."""

    method: str
    path: str
    body: Any
    token: str | None


@dataclass
class DashboardServer:
    """The running server. `answers` maps "METHOD /path" to (status, body) and goes before `ANSWERED`; anything else is
    answered 200 and {}.
    """

    client: ClientConfig
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Raises FileNotFoundError, with the command to type, where the client is not built."""
        if not (DIST / "index.html").exists():
            raise FileNotFoundError(f"{DIST} is missing. Build it with: {BUILD}")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, name="dashboard", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where the page is, without a closing slash."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def calls(self, method: str, path: str) -> list[Asked]:
        """What the page asked for under this method and path, oldest first."""
        return [a for a in self.asked if (a.method, a.path) == (method, f"/api/v1{path}")]

    def sent(self, method: str, path: str) -> list[Asked]:
        """The same, once there is one: what a page does at a press of a button is under way for a while."""
        eventually(lambda: bool(self.calls(method, path)), f"{method} {path}")
        return self.calls(method, path)

    def stop(self) -> None:
        """End it and close its socket."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    site: DashboardServer

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, directory=str(DIST), **kwargs)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the base class's
        """Say nothing: a test's output is its own."""

    def end_headers(self) -> None:
        """The policy the client must live with: the service's own."""
        self.send_header("Content-Security-Policy", content_security_policy(self.site.client))
        super().end_headers()

    def do_GET(self) -> None:
        """Files, the configuration, the API; any other address is one of the client's own."""
        if self.path == "/config.json":
            self._json(HTTPStatus.OK, asdict(self.site.client))
        elif self.path.startswith("/api/"):
            self._api("GET")
        else:
            if "." not in self.path.rsplit("/", 1)[-1]:
                self.path = "/index.html"
            super().do_GET()

    def do_POST(self) -> None:
        """A command of the API."""
        self._api("POST")

    def do_PUT(self) -> None:
        """A replacement through the API."""
        self._api("PUT")

    def do_PATCH(self) -> None:
        """A change through the API."""
        self._api("PATCH")

    def do_DELETE(self) -> None:
        """A removal through the API."""
        self._api("DELETE")

    def _api(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
        self.site.asked.append(Asked(method, self.path, body, token))
        what = f"{method} {self.path.removeprefix('/api/v1')}"
        status, answer = self.site.answers.get(what) or ANSWERED.get(what, (HTTPStatus.OK, {}))
        self._json(status, answer)

    def _json(self, status: int, answer: Any) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header(
            "Content-Type", "application/json" if status < HTTPStatus.BAD_REQUEST else "application/problem+json"
        )
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
