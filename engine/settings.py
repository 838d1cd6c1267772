"""The only reader of the environment. Read once by bootstrap; refuses combinations that must never run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.domain.errors import InvalidValue

ROLES = ("all", "api", "engine")
FEEDS = ("demo", "replay")
DEFAULT_SPEEDS = {"demo": 10.0, "replay": 1.0}
_PRACTICE = re.compile(r"http://(127\.0\.0\.1|localhost):\d{1,5}")
_EMULATORS = ("FIRESTORE_EMULATOR_HOST", "FIREBASE_AUTH_EMULATOR_HOST")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the service is told from outside.

    role: all, api or engine. port: where gunicorn listens. project: the Google Cloud project. owner_uid: whose account
    the engine trades. feed, data, speed, bots: the market, its files, market seconds a wall second, a bots file.
    venue: a practice venue's address, None for the simulated one.
    state_dir: where journals and the snapshot live. web_dir: the built client.
    """

    role: str
    host: str
    port: int
    project: str
    firestore_emulator: str | None
    auth_emulator: str | None
    api_key: str
    auth_domain: str
    owner_uid: str
    feed: str
    data: Path | None
    speed: float
    bots: Path | None
    state_dir: Path
    web_dir: Path
    demo_email: str
    demo_password: str
    venue: str | None = None

    @property
    def snapshot_path(self) -> Path:
        """Where the engine's process leaves its view for the API's."""
        return self.state_dir / "snapshot.json"

    @property
    def bell_path(self) -> Path:
        """What the API's process touches when it has written, and the engine's looks at."""
        return self.state_dir / "bell"

    def journal_path(self, account_id: str) -> Path:
        """An account's journal."""
        return self.state_dir / f"{account_id}.journal"


def read_settings(env: Mapping[str, str]) -> Settings:
    """Settings from environment variables; raises InvalidValue naming the variable that is wrong."""
    refuse_emulators_in_cloud(env)
    firestore, auth = (env.get(name) or None for name in _EMULATORS)
    project = env.get("GOOGLE_CLOUD_PROJECT", "")
    if not project:
        raise InvalidValue("GOOGLE_CLOUD_PROJECT", "is not set: name the Google Cloud project, or use `make run`")
    if (firestore is None) != (auth is None) and not project.startswith("demo-"):
        missing = _EMULATORS[0 if firestore is None else 1]
        raise InvalidValue(missing, "is not set, while the other emulator is: unsigned tokens would meet real data")
    feed = env.get("LOCKSTEP_FEED") or "demo"
    if feed not in FEEDS:
        raise InvalidValue("LOCKSTEP_FEED", f"unknown market {feed!r}; there are {', '.join(FEEDS)}")
    data = env.get("LOCKSTEP_DATA") or None
    if feed == "replay" and data is None:
        raise InvalidValue("LOCKSTEP_DATA", "the replay market needs a file or a folder")
    role = _one_of(env, "LOCKSTEP_ROLE", "all", ROLES)
    owner_uid = env.get("LOCKSTEP_OWNER_UID", "")
    if not owner_uid and role != "api":
        raise InvalidValue("LOCKSTEP_OWNER_UID", "is not set: say whose account the engine trades")
    cloud = _in_cloud(env)
    return Settings(
        role=role,
        host="0.0.0.0" if cloud else "127.0.0.1",  # noqa: S104 - Cloud Run's proxy stands in front; at home, loopback
        port=_port(env.get("PORT") or "8000"),
        project=project,
        firestore_emulator=firestore,
        auth_emulator=auth,
        api_key=env.get("LOCKSTEP_FIREBASE_API_KEY") or ("demo-key" if auth else ""),
        auth_domain=env.get("LOCKSTEP_AUTH_DOMAIN") or f"{project}.firebaseapp.com",
        owner_uid=owner_uid,
        feed=feed,
        data=Path(data) if data else None,
        speed=_speed(env.get("LOCKSTEP_SPEED", ""), feed),
        bots=Path(env["LOCKSTEP_BOTS"]) if env.get("LOCKSTEP_BOTS") else None,
        state_dir=Path(env.get("LOCKSTEP_STATE_DIR") or "/tmp/lockstep"),  # noqa: S108 - Cloud Run's disk is memory
        web_dir=Path(env.get("LOCKSTEP_WEB_DIR") or "web/dist"),
        demo_email=env.get("LOCKSTEP_DEMO_EMAIL", "") if auth else "",
        demo_password=env.get("LOCKSTEP_DEMO_PASSWORD", "") if auth else "",
        venue=_venue(env.get("LOCKSTEP_VENUE", ""), feed),
    )


def _in_cloud(env: Mapping[str, str]) -> bool:
    return "K_SERVICE" in env or any(name.startswith("CLOUD_RUN_") for name in env)


def refuse_emulators_in_cloud(env: Mapping[str, str]) -> None:
    """Refuse to start with an emulator variable in Cloud Run: it switches off every check of a token."""
    for name in _EMULATORS:
        if env.get(name) and _in_cloud(env):
            raise InvalidValue(name, "is set in Cloud Run: with it every unsigned token would be taken. Remove it")


def _one_of(env: Mapping[str, str], name: str, default: str, known: tuple[str, ...]) -> str:
    value = env.get(name) or default
    if value not in known:
        raise InvalidValue(name, f"unknown value {value!r}; there are {', '.join(known)}")
    return value


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise InvalidValue("PORT", f"{text!r} is not a port: 1 to 65535")
    return int(text)


def _venue(text: str, feed: str) -> str | None:
    if not text:
        return None
    if _PRACTICE.fullmatch(text) is None:
        raise InvalidValue("LOCKSTEP_VENUE", f"{text!r} is not a practice venue on this machine: http://127.0.0.1:port")
    if feed != "demo":
        raise InvalidValue("LOCKSTEP_VENUE", f"the practice venue trades the demo market, not {feed}")
    return text


def _speed(text: str, feed: str) -> float:
    if not text:
        return DEFAULT_SPEEDS[feed]
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not 0 <= speed <= 100_000:
        raise InvalidValue("LOCKSTEP_SPEED", f"{text!r} is not a speed: 0 (as fast as it goes) to 100000")
    return speed
