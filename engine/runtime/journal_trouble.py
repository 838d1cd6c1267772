"""Tells a person what the start found wrong with the journal on this machine. Asked by bootstrap before recovery.

Neither keeps the start by itself: a damaged journal has been saved from, and completes itself by the store; one that
has no room goes on in memory, what has to be sent again included, and the session halts entries meanwhile. Only a
damaged one needs room at once: without any the start fails, and says what is full.
"""

from __future__ import annotations

import structlog

from engine.domain.effects import PublishRecord
from engine.domain.identity import alert_id
from engine.domain.instant import instant_of
from engine.domain.records import AccountRecord, AlertRecord
from engine.ports import Clock, Outbox

_log = structlog.get_logger()


def tell_journal_trouble(journal: Outbox, account_id: str, clock: Clock) -> list[PublishRecord]:
    """An alert and a line in the log for a damaged journal, a line for one that can't be written; the alert is
    returned, to be sent. Raises JournalFailed.

    May be repeated: a damage is one alert, by the name of the file that was set aside.
    """
    told: list[PublishRecord] = []
    salvaged = journal.salvaged
    if salvaged is not None:
        _log.error("the journal was damaged", account=account_id, told=salvaged.sentence, kept=salvaged.kept)
        accounts = [record for record in journal.newest_states() if isinstance(record, AccountRecord)]
        at = accounts[0].market_at if accounts else instant_of(clock.now())  # alerts are dated by the market's clock
        identity = alert_id(account_id, "journal_damaged", salvaged.damaged_file)
        alert = AlertRecord(identity, "critical", "journal_damaged", salvaged.sentence, at)
        told.append(PublishRecord(journal.last_sequence, alert))
        journal.put(told)
    status = journal.status()
    if status.journal_state != "writing":
        _log.error("the journal does not write", account=account_id, told=status.journal_detail)
    return told
