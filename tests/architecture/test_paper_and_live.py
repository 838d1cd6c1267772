"""Paper and live never meet: at every level something tries to mix them, and can't.

A live account exists in tests and in rehearsals with play money alone: no market of the service has one.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.bootstrap.market import open_market
from engine.domain.account import AccountSpec, BotSpec, Mode
from engine.domain.effective import EffectiveMode
from engine.domain.errors import CannotStart, Fenced, InvalidValue, PermanentFailure
from engine.domain.events import ModeChanged
from engine.domain.instant import MINUTE
from engine.domain.records import AccountRecord, FillRecord
from engine.domain.signal import SignalType
from engine.ports import Pending
from engine.runtime.dispatch import Dispatch
from engine.settings import FEEDS, read_settings
from tests.api.world import HandClock
from tests.builders.market import tick
from tests.builders.paper import Books, account, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at

PAPER = account()
LIVE = replace(PAPER, account_id="live-test", mode=Mode.LIVE, cash=Decimal(50_000))
FACTS = ("trading_signals", "orders", "fills", "closed_trades")


def traded(spec: AccountSpec) -> Books:
    """A round trip of the same bot, on the same prices."""
    script = {at("09:21"): SignalType.BUY, at("09:24"): SignalType.SELL}
    books = paper_loop(
        (bot("alpha", strategy="script", quantity=10),), make_strategy=scripted({"script": script}), spec=spec
    )
    books.step(ModeChanged(EffectiveMode.LIVE))  # the runtime's word; a paper account does not hear it
    books.run(tick(at("09:20") + n * MINUTE // 4, 100 + n % 5) for n in range(32))
    return books


@pytest.fixture(scope="module")
def both() -> tuple[Books, Books]:
    return traded(PAPER), traded(LIVE)


def ids(books: Books, collection: str) -> set[str]:
    return {effect.record.document_id for effect in books.effects if effect.record.collection == collection}


@pytest.mark.parametrize("collection", FACTS)
def test_the_same_bot_on_the_same_bars_leaves_other_documents(both: tuple[Books, Books], collection: str) -> None:
    paper, live = (ids(books, collection) for books in both)
    assert len(paper) == len(live) > 0
    assert not paper & live


def test_what_an_account_keeps_under_its_own_name_is_apart(both: tuple[Books, Books]) -> None:
    for collection in ("accounts", "profits", "equity_days", "bars", "quotes"):
        paper, live = (ids(books, collection) for books in both)
        assert not paper & live, collection
        assert all("paper-test" in name for name in paper), collection
        assert all("live-test" in name for name in live), collection


def test_each_accounts_totals_are_made_of_its_own_trades_alone(both: tuple[Books, Books]) -> None:
    for books, spec in zip(both, (PAPER, LIVE), strict=True):
        own = [trade for trade in books.trades if set(trade.fill_ids) <= ids(books, "fills")]
        assert len(own) == len(books.trades) == books.profits["all"].trades == 1
        net = sum((trade.net_pnl for trade in own), Decimal(0))
        assert books.account.cash - spec.cash == net == books.profits["all"].net_pnl


@pytest.mark.parametrize(("name", "mode"), [("live-1", Mode.PAPER), ("paper-1", Mode.LIVE), ("mine", Mode.LIVE)])
def test_an_accounts_id_says_its_mode(name: str, mode: Mode) -> None:
    with pytest.raises(InvalidValue, match="account_id"):
        AccountSpec(name, "user", mode)


class TwoLeases:
    """A store with the leases of a paper and of a live account taken."""

    def __init__(self) -> None:
        self.wire, clock = MemoryWire(), HandClock()
        self.lease = FirestoreLease(self.wire, clock)
        self.store = FirestoreRecordStore(self.wire, self.lease, clock, lambda symbol: 2)
        self.paper = self.lease.acquire(PAPER, "here", "paper.journal", old_holder_dead=True)
        self.live = self.lease.acquire(LIVE, "here", "live.journal", old_holder_dead=True)

    def documents(self) -> set[str]:
        return {name for name in self.wire._documents if "/leases/" not in name}


def test_a_record_of_the_one_is_refused_under_the_lease_of_the_other(both: tuple[Books, Books]) -> None:
    leases = TwoLeases()
    for grant, books in ((leases.live, both[0]), (leases.paper, both[1])):
        named = [effect.record for effect in books.effects if hasattr(effect.record, "account_id")]
        assert {type(record) for record in named} >= {AccountRecord}
        for number, record in enumerate(named, start=1):
            with pytest.raises(PermanentFailure, match="under the lease of"):
                leases.store.commit(grant, [Pending(number, number, record, 100)])
    assert leases.documents() == set()


def test_a_whole_batch_is_refused_for_one_record_of_the_other(both: tuple[Books, Books]) -> None:
    leases = TwoLeases()
    fill: FillRecord = both[1].fills[0]
    with pytest.raises(PermanentFailure, match="under the lease of"):
        leases.store.commit(leases.live, [Pending(1, 1, fill, 100), Pending(2, 2, both[0].account, 100)])
    assert leases.documents() == set()


def test_a_grant_of_the_one_is_none_of_the_other() -> None:
    leases = TwoLeases()
    forged = replace(leases.paper, account_id=LIVE.account_id, epoch=leases.live.epoch + 1)
    with pytest.raises(Fenced):
        leases.store.commit(forged, [])


def test_a_live_account_can_not_take_over_a_paper_bot_of_the_same_id() -> None:
    wire, clock = MemoryWire(), HandClock()
    documents = FirestoreDocuments(wire, clock, lambda: 0.5)
    control = FirestoreControlPlane(wire, documents, clock.now)
    mine = (BotSpec("alpha", "confluence", ("ACME",)),)
    control.ensure(PAPER, mine)
    before = documents.get("bots", "alpha")
    with pytest.raises(PermanentFailure, match="alpha is on a paper account"):
        control.ensure(LIVE, mine)
    assert documents.get("bots", "alpha") == before
    control.ensure(replace(PAPER, account_id="paper-other"), mine)
    assert (documents.get("bots", "alpha") or {})["account_id"] == "paper-other"


class Untouched:
    """A venue that must not be reached."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        raise AssertionError(f"{name} of the venue was asked for")


def test_nothing_sends_for_a_live_account_that_nobody_watches() -> None:
    with pytest.raises(CannotStart, match="nothing says when an order of a live account may leave"):
        Dispatch(LIVE, Untouched(), Untouched(), Untouched(), HandClock())  # type: ignore[arg-type]


@pytest.mark.parametrize("broker", ["angelone", "coinbase"])
def test_only_one_word_makes_a_live_market_and_never_beside_an_emulator(broker: str) -> None:
    assert FEEDS == ("demo", "replay", "angelone", "coinbase")
    env = {"GOOGLE_CLOUD_PROJECT": "demo-x", "LOCKSTEP_OWNER_UID": "me", "LOCKSTEP_BOTS": "bots.json"}
    prices = env | {"LOCKSTEP_FEED": broker}
    live = prices | {"LOCKSTEP_VENUE": broker}
    said = [getattr(read_settings(each), broker) for each in (env, prices, live)]
    assert [each is not None and each.live for each in said] == [False, False, True]
    emulator = {"FIRESTORE_EMULATOR_HOST": "127.0.0.1:8080"}
    for bad in (env | {"LOCKSTEP_VENUE": broker}, live | emulator):
        with pytest.raises(InvalidValue, match="LOCKSTEP_VENUE"):
            read_settings(bad)


def test_a_rehearsal_is_asked_for_by_name_and_only_at_a_practice_venue() -> None:
    env = {"GOOGLE_CLOUD_PROJECT": "demo-x", "LOCKSTEP_OWNER_UID": "me"}
    venue = {"LOCKSTEP_VENUE": "http://127.0.0.1:9000"}
    asked = {"LOCKSTEP_LIVE_REHEARSAL": "1"}
    for settings, expected in (({}, "paper-demo"), (venue, "paper-practice"), (venue | asked, "live-practice")):
        assert open_market(read_settings(env | settings)).account.account_id == expected
    for bad in (asked, venue | {"LOCKSTEP_LIVE_REHEARSAL": "yes"}):
        with pytest.raises(InvalidValue, match="LOCKSTEP_LIVE_REHEARSAL"):
            read_settings(env | bad)
