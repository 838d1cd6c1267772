"""The only reader of the environment. Read once by bootstrap; refuses combinations that must never run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.angelone_settings import ANGELONE, AngelOneSettings, read_angelone
from engine.coinbase_settings import COINBASE, CoinbaseSettings, read_coinbase
from engine.domain.account import Mode
from engine.domain.alert_channels import Channel, channels_of
from engine.domain.arming import PAPER_SESSIONS_MIN
from engine.domain.broker_keys import BrokerKeys
from engine.domain.copy_rules import DEFAULT_COPY_RULES, CopyRules, read_copy_rules
from engine.domain.errors import InvalidValue
from engine.domain.risk import NO_HARD_LIMITS, HardLimits, read_hard_limits
from engine.variables import (
    address_of,
    in_cloud,
    market_speed,
    one_of,
    practice_venue,
    role_of,
    state_folder,
    vault_keys,
    whole,
)

FEEDS = ("demo", "replay", ANGELONE, COINBASE)
AUDIT_KEEP_DAYS = 1827  # five years, as exchanges ask of who trades by algorithm
RECORD_DAYS_LIVE = 5  # a week of trading
RECORD_MB = 256  # a day of ten symbols is about 4 MB; on Cloud Run the disk is the container's memory
_EMULATORS = ("FIRESTORE_EMULATOR_HOST", "FIREBASE_AUTH_EMULATOR_HOST")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the service is told from outside.

    role: all, api or engine. port: where gunicorn listens. project: the Google Cloud project. owner_uid: whose account
    the engine trades. feed, data, speed, bots: the market, its files, market seconds a wall second, a bots file.
    venue: a practice venue's address, None for the simulated one.
    live_rehearsal: the account at the practice venue is a live one. paper_sessions_min: before a bot may be armed.
    state_dir: where journals and the snapshot live. web_dir: the built client. alerts: the ways that alerts take.
    record_days: how many trading days are recorded; None: RECORD_DAYS_LIVE of live accounts, none of paper ones.
    record_mb: what all recordings of an account may weigh. twin: a live account's bots trade on paper beside it.
    hard_limits: what no risk policy exceeds here. audit_keep_days: how long the audit log is kept at least.
    special_days: a file of closures and special sessions, over those of the calendars.
    strategies_dir: a folder with strategies of one's own. copy_rules: whose trades a bot may copy.
    angelone, coinbase: what is said of the broker whose prices are traded on; see angelone_settings, coinbase_settings.
    vault_keys, kms_key: what broker keys are sealed with; without them a key file of this machine, never in the cloud.
    begun_fd: where the launcher hears that the engine has its market (runtime/begun); None without a launcher.
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
    alerts: tuple[Channel, ...] = ()
    live_rehearsal: bool = False
    paper_sessions_min: int = PAPER_SESSIONS_MIN
    hard_limits: HardLimits = NO_HARD_LIMITS
    audit_keep_days: int = AUDIT_KEEP_DAYS
    strategies_dir: Path | None = None
    record_days: int | None = None
    record_mb: int = RECORD_MB
    twin: bool = True
    copy_rules: CopyRules = DEFAULT_COPY_RULES
    special_days: Path | None = None
    vault_keys: tuple[str, ...] = field(default=(), repr=False)
    vault_key_file: Path | None = None
    kms_key: str = ""
    angelone: AngelOneSettings | None = None
    coinbase: CoinbaseSettings | None = None
    begun_fd: int | None = None

    @property
    def snapshot_path(self) -> Path:
        """Where the engine's process leaves its view for the API's."""
        return self.state_dir / "snapshot.json"

    @property
    def bell_path(self) -> Path:
        """What the API's process touches when it has written, and the engine's looks at."""
        return self.state_dir / "bell"

    def keys_said(self, broker: str) -> BrokerKeys | None:
        """The keys of a broker that the environment gives; None where the vault's count."""
        said = {ANGELONE: self.angelone, COINBASE: self.coinbase}.get(broker)
        return None if said is None else said.credentials

    def recordings_path(self, account_id: str) -> Path:
        """The folder of an account's recorded days."""
        return self.state_dir / "recordings" / account_id

    def record_days_of(self, mode: Mode) -> int:
        """How many trading days of an account are recorded; 0: none."""
        if self.record_days is None:
            return RECORD_DAYS_LIVE if mode is Mode.LIVE else 0
        return self.record_days

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
    role = role_of(env)
    owner_uid = env.get("LOCKSTEP_OWNER_UID", "")
    if not owner_uid and role != "api":
        raise InvalidValue("LOCKSTEP_OWNER_UID", "is not set: say whose account the engine trades")
    host, port = address_of(env)
    angelone, coinbase = read_angelone(env, feed, firestore), read_coinbase(env, feed, firestore)
    live = any(said is not None and said.live for said in (angelone, coinbase))
    state_dir = state_folder(env)
    return Settings(
        role=role,
        host=host,
        port=port,
        project=project,
        firestore_emulator=firestore,
        auth_emulator=auth,
        api_key=env.get("LOCKSTEP_FIREBASE_API_KEY") or ("demo-key" if auth else ""),
        auth_domain=env.get("LOCKSTEP_AUTH_DOMAIN") or f"{project}.firebaseapp.com",
        owner_uid=owner_uid,
        feed=feed,
        data=_data(env, feed),
        speed=market_speed(env.get("LOCKSTEP_SPEED", ""), feed),
        bots=Path(env["LOCKSTEP_BOTS"]) if env.get("LOCKSTEP_BOTS") else None,
        state_dir=state_dir,
        web_dir=Path(env.get("LOCKSTEP_WEB_DIR") or "web/dist"),
        demo_email=env.get("LOCKSTEP_DEMO_EMAIL", "") if auth else "",
        demo_password=env.get("LOCKSTEP_DEMO_PASSWORD", "") if auth else "",
        venue=None if live else practice_venue(env.get("LOCKSTEP_VENUE", ""), feed),
        alerts=read_alerts(env),
        hard_limits=_hard_limits(env.get("RISK_HARD_LIMITS", "")),
        copy_rules=read_copy_rules(env.get("COPY_ALLOW", ""), env.get("COPY_PAPER_TO_LIVE", "")),
        strategies_dir=strategies_folder(env),
        special_days=special_days_file(env),
        audit_keep_days=whole(env, "AUDIT_KEEP_DAYS", 1, 36_525, AUDIT_KEEP_DAYS),
        live_rehearsal=_live_rehearsal(env),
        paper_sessions_min=whole(env, "PAPER_SESSIONS_MIN", 0, 1_000, PAPER_SESSIONS_MIN),
        record_days=whole(env, "RECORD_DAYS", 0, 366, 0) if env.get("RECORD_DAYS") else None,
        record_mb=whole(env, "RECORD_MB", 1, 100_000, RECORD_MB),
        twin=one_of(env, "TWIN", "on", ("on", "off")) == "on",
        vault_keys=vault_keys(env),
        vault_key_file=None if in_cloud(env) else state_dir / "vault.key",
        kms_key=env.get("LOCKSTEP_KMS_KEY", ""),
        angelone=angelone,
        coinbase=coinbase,
        begun_fd=whole(env, "LOCKSTEP_BEGUN_FD", 3, 1_000_000, 3) if env.get("LOCKSTEP_BEGUN_FD") else None,
    )


def _data(env: Mapping[str, str], feed: str) -> Path | None:
    data = env.get("LOCKSTEP_DATA") or None
    if feed == "replay" and data is None:
        raise InvalidValue("LOCKSTEP_DATA", "the replay market needs a file or a folder")
    return Path(data) if data else None


def strategies_folder(env: Mapping[str, str]) -> Path | None:
    """Where one's own strategies are: STRATEGIES_DIR; None where it is not set."""
    return Path(env["STRATEGIES_DIR"]) if env.get("STRATEGIES_DIR") else None


def store_folder(env: Mapping[str, str]) -> Path:
    """Where market data is kept: LOCKSTEP_STORE, or `data` in the folder one is in."""
    return Path(env.get("LOCKSTEP_STORE") or "data")


def special_days_file(env: Mapping[str, str]) -> Path | None:
    """The file of closures and special sessions that LOCKSTEP_CALENDAR names, None where it names none."""
    return Path(env["LOCKSTEP_CALENDAR"]) if env.get("LOCKSTEP_CALENDAR") else None


def _live_rehearsal(env: Mapping[str, str]) -> bool:
    """Whether a live account trades at the practice venue, with play money: `live-practice`."""
    said = one_of(env, "LOCKSTEP_LIVE_REHEARSAL", "0", ("0", "1"))
    if said == "1" and not env.get("LOCKSTEP_VENUE"):
        raise InvalidValue("LOCKSTEP_LIVE_REHEARSAL", "is 1, and LOCKSTEP_VENUE names no practice venue to rehearse at")
    return said == "1"


def read_alerts(env: Mapping[str, str]) -> tuple[Channel, ...]:
    """The channels of LOCKSTEP_ALERTS, or of the file that LOCKSTEP_ALERTS_FILE names (a mounted secret).

    Raises InvalidValue; no message quotes an address.
    """
    text, file = env.get("LOCKSTEP_ALERTS", ""), env.get("LOCKSTEP_ALERTS_FILE", "")
    if text and file:
        raise InvalidValue("LOCKSTEP_ALERTS", "is set, and LOCKSTEP_ALERTS_FILE too: name the channels in one of them")
    if not file:
        return channels_of(text, "LOCKSTEP_ALERTS")
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValue("LOCKSTEP_ALERTS_FILE", f"{file} can't be read: {type(error).__name__}") from None
    return channels_of(text, "LOCKSTEP_ALERTS_FILE")


def _hard_limits(text: str) -> HardLimits:
    """Limits that no policy exceeds: an object of limits by name, in JSON, or the file that has it."""
    if not text:
        return NO_HARD_LIMITS
    try:
        said = json.loads(text if text.lstrip().startswith("{") else Path(text).read_text(encoding="utf-8"))
        return read_hard_limits(said)
    except InvalidValue as error:
        raise InvalidValue("RISK_HARD_LIMITS", str(error)) from error
    except (OSError, ValueError) as error:
        raise InvalidValue("RISK_HARD_LIMITS", f"is neither an object in JSON nor a file with one: {error}") from error


def refuse_emulators_in_cloud(env: Mapping[str, str]) -> None:
    """Refuse to start with an emulator variable in Cloud Run: it switches off every check of a token."""
    for name in _EMULATORS:
        if env.get(name) and in_cloud(env):
            raise InvalidValue(name, "is set in Cloud Run: with it every unsigned token would be taken. Remove it")
