"""The check before the open, line by line as it goes. Made by runtime/broker_doctor; shown by screen and API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.domain.findings import Finding
from engine.domain.instant import Instant


@dataclass(frozen=True, slots=True)
class ExaminationRecord:
    """The newest check of a broker by an account's engine. Instants are wall time.

    state       `running`, `done` or `failed`
    grade       of all its lines; None until it is done
    failed      why it could not be made; None where it could
    command_id  what asked for it; "" where nobody did: each morning's
    """

    collection: ClassVar[str] = "examinations"
    fact: ClassVar[bool] = False
    account_id: str
    broker: str
    command_id: str
    state: str
    began_at: Instant
    ended_at: Instant | None
    grade: str | None
    failed: str | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def document_id(self) -> str:
        return f"{self.account_id}_{self.broker}"
