"""A broker that answers nobody when the end is asked for: the end is still orderly, and in time."""

from __future__ import annotations

import threading
from dataclasses import replace

from engine.domain.records import FillRecord
from engine.runtime.supervisor import Supervisor
from tests.runtime.test_supervisor import DAY, Firm
from tests.runtime.world import ListFeed, eventually

AT_THE_BROKER = ("exits", "entries", "truth", "venue", "login")


def test_all_that_hang_in_calls_to_it_are_waited_for_together() -> None:
    """One after the other would leave nothing of the end for the journal, the store and the lease."""
    firm, answers = Firm(ListFeed(DAY, endless=True)), threading.Event()

    def hang(_stop: threading.Event) -> None:
        answers.wait(60)

    supervisor = Supervisor(
        replace(firm.supervisor._parts, beside=dict.fromkeys(AT_THE_BROKER, hang)), firm.supervisor._watched
    )
    firm.supervisor = supervisor
    firm.start()
    try:
        eventually(lambda: firm.life.outbox.all(FillRecord) != [], "the bot has bought")
        supervisor.end()
        assert firm.ended() == 0
        assert firm.journal.status().depth == 0, "all is in the store"
        assert firm.lease_document()["instance"] == "", "and there was time left to let go of the lease"
    finally:
        answers.set()
        supervisor.end()
