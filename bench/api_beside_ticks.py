"""How long ticks take while the API is busy, beside the engine alone; and how long requests take meanwhile. Measured by
beside_engine under the launcher, and by api_clients.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.beside_engine import SHAPE, WARM_S
from bench.children import answer, child, tell
from bench.contender import NotMeasured
from bench.emulated import OWNER, PROJECT, on_emulator
from bench.figure import Figure, Measured, Target, Terms, ratio, spread, spreads, turned
from local import http_json
from local.auth import AuthEmulator
from local.ports import any_free_port

CLIENTS = 100
ALONE, PACED, SATURATED = "nobody_asks", "200_requests_a_second", "100_clients_saturate"
WAYS = {  # what the clients are told: which paths, and requests a second (0: each next as soon as it was answered)
    ALONE: None,
    PACED: "ask everything 200",
    SATURATED: "ask snapshot 0",
}
SECONDS = 12.0  # two minutes of the market close in it
LOADED_S = 2.0  # of requests before anything is measured
BOUND_MS = 100.0
READY_WITHIN_S = 30.0
EMAIL, PASSWORD = "bench@lockstep.test", "lockstep-bench"
SNAPSHOT = (
    *("portfolio/summary", "portfolio/profits?period=day", "portfolio/stats?period=day", "countdown"),
    "positions?limit=50",
)
STORE = ("bots?limit=50", "signals?limit=50", "trades?limit=50")
PATHS = {
    "snapshot": [f"/api/v1/{path}" for path in SNAPSHOT],
    "everything": [f"/api/v1/{path}" for path in (*SNAPSHOT, *STORE)],
}
TICKS = ("p50_us", "p99_us", "p999_us", "cpu_pct")
REQUESTS = ("requests_per_s", "p50_ms", "p95_ms", "p99_ms")

METHOD = f"""\
The service as production's launcher runs it: gunicorn with one worker of eight threads, and beside it an engine with
twenty bots on ten symbols and a thousand ticks a second, evenly, at ten times the pace of life; a screen is watching.
Firestore is an emulator, fresh and warmed in each round; the ID token is the Auth emulator's. {CLIENTS} clients have a
connection each. Nobody asks; or 200 requests a second arrive at random, in turn for summary, profits, statistics,
countdown and positions, which the engine's snapshot answers, and bots, signals and trades, which the store does; or
every client asks again as soon as it was answered, for what the snapshot answers, which takes the API all it has.
Measured is each tick's time from the moment it is put into the inbox until the engine is done with it and its records
are queued for the journal, {SECONDS:.0f} s each way, by turns in the same processes; and each request's, from the
moment that its client wanted to send it until it has the whole answer."""

LIMITS = (
    "Engine, gunicorn, clients and emulator share the machine's cores: on two, a busy API takes the engine's too.",
    "The emulator's tokens carry no signature. Production's do: a look at one takes 0.6 ms, once a minute and token.",
    "Lists are left out where every client asks again at once: the emulator goes through a whole collection for each "
    "query, so it would be saturated, and the API wait for it.",
    "There a hundred requests are always under way: one takes as long as a hundred do, one after the other.",
)


def measure(terms: Terms) -> Measured:
    """Percentiles of ticks (microseconds) and requests (milliseconds). Raises NotMeasured, and StackError."""
    rounds: list[dict[str, dict[str, float]]] = []
    failed = 0
    with tempfile.TemporaryDirectory() as logs:
        auth = AuthEmulator.start(Path(logs), PROJECT)
        try:
            for number in range(terms.rounds):
                with on_emulator(FIREBASE_AUTH_EMULATOR_HOST=auth.host) as env:
                    found = one_round(env, token_of(auth), turned(tuple(WAYS), number))
                for name in WAYS:
                    terms.say(f"round {number + 1}, {name}: {found[name]}")
                    if found[name]["ticks_per_s"] < 990:
                        raise NotMeasured(f"{name}: {found[name]}")
                failed += sum(found[name].get("failed", 0) for name in WAYS)
                rounds.append(
                    {way: {unit: found[way][unit] for unit in TICKS + REQUESTS if unit in found[way]} for way in WAYS}
                )
        finally:
            auth.stop()
    return Measured(
        rounds=terms.rounds,
        ways=spreads(rounds),
        ratios={
            **{f"tick_p99_{name}_to_{ALONE}": ratio(rounds, "p99_us", name, ALONE) for name in (SATURATED, PACED)},
            **{
                f"request_p95_to_100_ms_{name}": spread([one[name]["p95_ms"] / BOUND_MS for one in rounds], 3)
                for name in (SATURATED, PACED)
            },
            "requests_that_failed": [failed, failed, failed],
        },
        facts={"ticks_a_second": 1_000, "clients": CLIENTS, "bots": int(SHAPE[0]), "seconds": SECONDS},
    )


def token_of(auth: AuthEmulator, owner: str = OWNER) -> str:
    """The ID token of the account's owner, signed in just now."""
    auth.create_user(EMAIL, PASSWORD, owner)
    return auth.sign_in(EMAIL, PASSWORD)


def one_round(
    env: Mapping[str, str],
    token: str,
    order: Sequence[str],
    *,
    seconds: float = SECONDS,
    warm_s: float = WARM_S,
    loaded_s: float = LOADED_S,
) -> dict[str, dict[str, Any]]:
    """Every way once, on one freshly started service."""
    port = any_free_port()
    told = {"port": port, "token": token, "paths": PATHS, "clients": CLIENTS}
    serving = env | {"LOCKSTEP_ROLE": "all", "PORT": f"{port}"}
    with child(None, "bench.launched", *SHAPE, f"{warm_s:g}", env=serving, grace_s=10) as service:
        answer(service)  # warm
        await_answers(port, token)
        with child(None, "bench.api_clients", json.dumps(told)) as clients:
            return {name: one_way(service, clients, WAYS[name], seconds, loaded_s) for name in order}


def one_way(
    service: subprocess.Popen[str], clients: subprocess.Popen[str], asking: str | None, seconds: float, loaded_s: float
) -> dict[str, Any]:
    """Ticks, and requests where there are any."""
    if asking is not None:
        tell(clients, asking)
        time.sleep(loaded_s)
        tell(clients, "count")
    tell(service, json.dumps({"seconds": seconds}))
    ticks: dict[str, Any] = json.loads(answer(service))
    if asking is None:
        return ticks
    tell(clients, "end")
    return ticks | json.loads(answer(clients))


def await_answers(port: int, token: str) -> None:
    """Wait until the service is ready; then everything that will be asked for must be there. Raises NotMeasured."""
    until = time.monotonic() + READY_WITHIN_S
    while http_json.status_of(f"http://127.0.0.1:{port}/ready") != 200:
        if time.monotonic() > until:
            raise NotMeasured(f"the service is not ready within {READY_WITHIN_S:.0f} s")
        time.sleep(0.1)
    for path in PATHS["everything"]:
        found = http_json.call("GET", f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"})
        if path.startswith("/api/v1/bots") and len(found["items"]) != int(SHAPE[0]):
            raise NotMeasured(f"{path} answers {found}")


FIGURE = Figure(
    name="api_beside_ticks",
    title="Ticks beside a busy API",
    method=METHOD,
    limits=LIMITS,
    targets=(
        Target(f"tick_p99_{SATURATED}_to_{ALONE}", 15, at_most=True),
        Target(f"tick_p99_{PACED}_to_{ALONE}", 4, at_most=True),
        *(Target(f"request_p95_to_100_ms_{name}", 1, at_most=True) for name in (SATURATED, PACED)),
        Target("requests_that_failed", 0, at_most=True),
    ),
    measure=measure,
)
