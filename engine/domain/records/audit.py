"""Records of the audit log: who did what, each tied to the one before by a hash. Made by core/audit.

Anyone can recompute the chain: an entry's hash is the SHA-256, in hex, of the UTF-8 bytes of the JSON array

    ["lockstep-audit-1", account_id, number, actor, action, subject, before, after, at, previous_hash]

without blanks, non-ASCII characters escaped, `before` and `after` as objects with their names sorted, `at` in
microseconds since 1970 UTC. Numbers count from 1; the first entry's `previous_hash` is empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar

from engine.domain.instant import Instant

FORMAT = "lockstep-audit-1"
ENGINE = "engine"
BROKER = "broker"
RESUMED = "chain_resumed"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One entry. `actor` is `engine`, `broker`, a bot's id, a user's id, or a policy by name; `at` is market time."""

    collection: ClassVar[str] = "audit_log"
    fact: ClassVar[bool] = True
    account_id: str
    number: int
    actor: str
    action: str
    subject: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    at: Instant
    previous_hash: str
    hash: str

    @property
    def document_id(self) -> str:
        return self.hash


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The newest entry of an account's chain; a part of the account's document, written with each entry."""

    collection: ClassVar[str] = "accounts"
    fact: ClassVar[bool] = False
    slot: ClassVar[str] = "audit"
    account_id: str
    number: int
    hash: str

    @property
    def document_id(self) -> str:
        return self.account_id


def entry_of(
    account_id: str, number: int, actor: str, action: str, subject: str,
    before: Mapping[str, str], after: Mapping[str, str], at: Instant, previous_hash: str,
) -> AuditRecord:  # fmt: skip
    """The entry of these, with its hash."""
    named = (account_id, number, actor, action, subject, before, after, at, previous_hash)
    content = json.dumps([FORMAT, *named], sort_keys=True, separators=(",", ":"))
    return AuditRecord(*named, hash=sha256(content.encode()).hexdigest())


def hash_of(entry: AuditRecord) -> str:
    """The hash that an entry's content has, whatever it says itself."""
    return entry_of(
        entry.account_id, entry.number, entry.actor, entry.action, entry.subject,
        entry.before, entry.after, entry.at, entry.previous_hash,
    ).hash  # fmt: skip
