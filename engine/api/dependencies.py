"""What the HTTP face is given: ports, the client's folder and settings. Made by bootstrap; read throughout api/."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.domain.arming import PAPER_SESSIONS_MIN
from engine.domain.copy_rules import DEFAULT_COPY_RULES, CopyRules
from engine.domain.risk import NO_HARD_LIMITS, HardLimits
from engine.ports import Clock, Documents, Notifier, SnapshotStore, TokenVerifier, Vault

VERSION = "0.1.0"  # of the API, as its description says it


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """The demo user's sign-in, shown by the client as one click. Only ever set on a local stack."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """What the web client must know to reach Firebase. Emulators are `host:port`, None in production."""

    project: str
    api_key: str
    auth_domain: str
    auth_emulator: str | None = None
    firestore_emulator: str | None = None
    demo: DemoSignIn | None = None


@dataclass(frozen=True, slots=True)
class ApiDependencies:
    """Everything the face needs. `owner_uid` may halt the whole service; None: nobody may."""

    documents: Documents
    snapshots: SnapshotStore
    tokens: TokenVerifier
    clock: Clock
    web_dir: Path
    client: ClientConfig
    owner_uid: str | None
    version: str = VERSION
    notifiers: Sequence[Notifier] = ()  # the channels of alerts, to try them
    hard_limits: HardLimits = NO_HARD_LIMITS  # what no risk policy exceeds
    copy_rules: CopyRules = DEFAULT_COPY_RULES  # whom a bot may follow
    paper_sessions_min: int = PAPER_SESSIONS_MIN  # completed on paper by what a live account's bots do
    audit_keep_days: int = 1827  # told beside the audit log; nothing here deletes of it
    vault: Vault | None = None  # keeps broker keys; None: this service has no key to seal them with
    trades_for_others: bool = False  # than the owner; without it nobody else's broker keys are kept
