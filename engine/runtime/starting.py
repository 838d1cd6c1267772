"""The time from the process's start until it trades: says in the snapshot what it waits for, and ends when asked to.

Entered by bootstrap around owning and recovering the account; feeds the SnapshotStore through SnapshotWriter. The API
of the same container answers from it, so that people are told why nothing is traded while the store is away.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from types import TracebackType

import structlog

from engine.domain.account import AccountSpec
from engine.domain.errors import LockstepError
from engine.ports import Fields, MarketFeed, Outbox
from engine.runtime.ending import EndWish
from engine.runtime.snapshot import SnapshotWriter, instrument_fields
from engine.runtime.start_notice import StartNotice

REPORT_S = 0.5  # as often as a trading engine writes its snapshot
CUT_S = 0.1
_log = structlog.get_logger()


class Starting:
    """A context: while it lasts, a thread writes the notice; `cut` is called when the end is asked for meanwhile.

    `cut` must break off the calls to the store that are under way, each of which may last its whole 5 s.
    """

    def __init__(
        self,
        account: AccountSpec,
        notice: StartNotice,
        snapshots: SnapshotWriter,
        outbox: Outbox,
        feed: MarketFeed,
        end: EndWish,
        cut: Callable[[], None],
    ) -> None:
        self._account = account
        self._notice = notice
        self._snapshots = snapshots
        self._outbox = outbox
        self._instruments = instrument_fields(feed.instruments())
        self._end = end
        self._cut = cut
        self._writing = threading.Lock()
        self._over = threading.Event()
        self._unwritten = False
        self._thread = threading.Thread(target=self._run, name="start", daemon=True)

    def __enter__(self) -> Starting:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._writing:  # from here on the snapshot is another's, and no call is cut
            self._over.set()

    def _run(self) -> None:
        while True:
            with self._writing:
                if self._over.is_set():
                    return
                if self._end.asked:
                    self._cut()
                else:
                    self._report()
            if self._end.within(REPORT_S):
                self._over.wait(CUT_S)  # a call may have begun before the wish was seen: it is cut as well

    def _report(self) -> None:
        try:
            self._snapshots.write({self._account.account_id: self._fields()})
            self._unwritten = False
        except LockstepError as error:  # the API then says that no engine reports; the start is not its business
            if not self._unwritten:
                _log.error("the snapshot is not written", account=self._account.account_id, error=str(error))
            self._unwritten = True

    def _fields(self) -> Fields:
        return {
            "user_id": self._account.user_id,
            "start": self._notice.fields(),
            "queue": asdict(self._outbox.status()),
            "instruments": self._instruments,
        }
