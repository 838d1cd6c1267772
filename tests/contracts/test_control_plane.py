"""What a ControlPlane promises the engine: one cheap read, good bots whatever the bad ones, nothing changed twice."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.firestore.wire import Wire
from engine.domain.account import AccountSpec, BotSpec, Desired, Exits
from engine.domain.errors import PermanentFailure
from engine.domain.events import CommandReceived
from engine.domain.risk import RiskPolicy
from engine.domain.sizing import ByTemperature, Sizing, SizingKind
from tests.contracts.test_record_store import seed

ACCOUNT = AccountSpec("paper-test", "user-1")
ALPHA = BotSpec(
    "alpha", "confluence", ("SBIN", "M&M"), "Alpha", {"buy_at": 55.0, "confirm_s": 60, "allow_short": True}, "5m",
    Sizing(SizingKind.NOTIONAL, Decimal("2500.5")), Exits(Decimal("0.75"), None),
)  # fmt: skip
BETA = BotSpec("beta", "confluence", ("INFY",))
GAMMA = BotSpec(
    "gamma", "confluence", ("INFY",), exits=Exits(Decimal(1)),
    sizing=Sizing(SizingKind.RISK_PER_TRADE, Decimal("0.5"), slippage_bps=Decimal(8),
                  by_temperature=ByTemperature(Decimal(0), Decimal("0.5"), Decimal("1.5"))),
)  # fmt: skip
DELTA = BotSpec("delta", "confluence", ("INFY",), sizing=Sizing(SizingKind.VOLATILITY, Decimal("0.1"), atr_period=20))
MINE = {"user_id": "user-1", "account_id": "paper-test", "mode": "paper"}


class Plane(FirestoreControlPlane):
    """The control plane with the API's side of it in hand."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.documents = FirestoreDocuments(wire, SystemClock(), lambda: 0.5)
        super().__init__(wire, self.documents, lambda: datetime.now(UTC))


@pytest.fixture
def plane(wire: Wire) -> Plane:
    return Plane(wire)


def test_an_account_nobody_heard_of_has_nothing(plane: Plane) -> None:
    assert plane.generation("paper-test") == (0, 0)
    assert plane.bots("paper-test") == []
    assert plane.policy("paper-test") is None
    assert plane.halt("paper-test") == (False, "")
    assert plane.open_commands("paper-test") == []
    assert plane.watched_until("paper-test") is None


def test_the_bots_that_were_brought_are_read_back_as_they_are(plane: Plane) -> None:
    plane.ensure(ACCOUNT, [ALPHA, BETA, GAMMA, DELTA])
    bots = {bot.spec.bot_id: bot for bot in plane.bots("paper-test")}
    assert bots["alpha"].spec == ALPHA
    assert [bots[name].spec.sizing for name in ("gamma", "delta")] == [GAMMA.sizing, DELTA.sizing]
    assert (bots["alpha"].desired, bots["alpha"].generation, bots["alpha"].deleted) == (Desired.RUNNING, 1, False)
    assert bots["beta"].spec.name == "beta"
    assert (plane.documents.get("users", "user-1") or {})["accounts"] == ["paper-test"]
    assert plane.generation("paper-test") == (1, 0)


def test_ensuring_again_changes_nothing_and_brings_no_deleted_bot_back(plane: Plane) -> None:
    plane.ensure(ACCOUNT, [ALPHA, BETA])
    plane.documents.change("paper-test", lambda t: t.update("bots", "alpha", {"name": "Mine", "timeframe": "1h"}) or {})
    request_delete(plane, "beta")
    before = [plane.documents.get("bots", "alpha"), plane.generation("paper-test")]
    Plane(plane.wire).ensure(ACCOUNT, [ALPHA, BETA])
    assert [plane.documents.get("bots", "alpha"), plane.generation("paper-test")] == before
    assert plane.documents.get("bots", "beta") is None


def test_a_second_account_joins_its_users_others_and_a_strangers_is_refused(plane: Plane) -> None:
    plane.ensure(ACCOUNT, [])
    plane.ensure(AccountSpec("paper-second", "user-1"), [])
    assert (plane.documents.get("users", "user-1") or {})["accounts"] == ["paper-test", "paper-second"]
    with pytest.raises(PermanentFailure, match="another user"):
        plane.ensure(AccountSpec("paper-test", "user-2"), [])


def test_a_bad_bot_is_told_once_and_left_out(plane: Plane, caplog: pytest.LogCaptureFixture) -> None:
    plane.ensure(ACCOUNT, [ALPHA])
    seed(plane.wire, "bots", "broken", **MINE, strategy="confluence", symbols=["SBIN"])
    seed(plane.wire, "bots", "greedy", **MINE, strategy="confluence", symbols=["SBIN"], timeframe="1m",
         sizing={"kind": "equity_pct", "value": 500.0}, desired="running", generation=1)  # fmt: skip
    for _ in range(2):
        assert [bot.spec.bot_id for bot in plane.bots("paper-test")] == ["alpha"]
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert any("bots/broken" in line and "timeframe" in line for line in told)
    assert any("bots/greedy" in line and "sizing.value" in line for line in told)


def test_a_tombstone_is_still_told(plane: Plane) -> None:
    plane.ensure(ACCOUNT, [ALPHA])
    gone = {"deleted": True, "desired": "stopped", "generation": 2}
    plane.documents.change("paper-test", lambda t: t.update("bots", "alpha", gone) or {})
    (bot,) = plane.bots("paper-test")
    assert (bot.deleted, bot.desired, bot.generation) == (True, Desired.STOPPED, 2)


def test_a_policy_is_read_and_an_impossible_one_counts_as_none(plane: Plane) -> None:
    seed(plane.wire, "risk_policies", "paper-test", **MINE, notional_max_pct=2.5, positions_max=3)
    assert plane.policy("paper-test") == RiskPolicy(notional_max_pct=Decimal("2.5"), positions_max=3)
    seed(plane.wire, "risk_policies", "paper-test", notional_max_pct=-1.0)
    assert plane.policy("paper-test") is None


def test_the_services_halt_goes_before_the_accounts(plane: Plane) -> None:
    seed(plane.wire, "controls", "paper-test", **MINE, generation=4, halted=True, halted_reason="lunch")
    assert plane.halt("paper-test") == (True, "lunch")
    seed(plane.wire, "controls", "service", generation=7, halted=True, halted_reason="maintenance")
    assert plane.halt("paper-test") == (True, "maintenance")
    assert plane.generation("paper-test") == (4, 7)


def test_open_commands_come_oldest_first_and_only_this_accounts(plane: Plane) -> None:
    start = datetime(2026, 1, 5, tzinfo=UTC)
    for number, (command, state) in enumerate([("c", "accepted"), ("b", "accepted"), ("a", "accepted"), ("d", "done")]):
        seed(plane.wire, "commands", command, **MINE, kind="close_position", arguments={"bot_id": "alpha"},
             state=state, requested_at=start - timedelta(seconds=number))  # fmt: skip
    seed(plane.wire, "commands", "e", account_id="paper-other", kind="flatten", arguments={}, state="accepted")
    seed(plane.wire, "commands", "f", **MINE, arguments={}, state="accepted")
    assert plane.open_commands("paper-test") == [
        CommandReceived(command, "close_position", {"bot_id": "alpha"}) for command in ("a", "b", "c")
    ]


def test_who_is_watching_is_known_from_the_read_that_asks_for_the_generation(plane: Plane) -> None:
    until = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    seed(plane.wire, "controls", "paper-test", **MINE, generation=1, watched_until=until)
    plane.generation("paper-test")
    assert plane.watched_until("paper-test") == until
    assert plane.watched_until("paper-other") is None


def request_delete(plane: Plane, bot_id: str) -> None:
    from engine.adapters.firestore.encoder import add_delete, commit_request, name_of

    request = commit_request(plane.wire.database)
    add_delete(request, name_of(plane.wire.database, "bots", bot_id))
    plane.wire.commit(request)


def test_a_bot_id_of_the_users_other_account_is_taken_over(plane: Plane) -> None:
    other = AccountSpec("paper-earlier", "user-1")
    plane.ensure(other, [ALPHA])
    plane.ensure(ACCOUNT, [ALPHA])
    assert [bot.spec.bot_id for bot in plane.bots(ACCOUNT.account_id)] == [ALPHA.bot_id]
    assert list(plane.bots(other.account_id)) == []
    plane.ensure(other, [ALPHA])
    assert [bot.spec.bot_id for bot in plane.bots(other.account_id)] == [ALPHA.bot_id]


def test_a_bot_id_of_another_user_is_refused(plane: Plane) -> None:
    plane.ensure(ACCOUNT, [ALPHA])
    with pytest.raises(PermanentFailure, match="another user's"):
        plane.ensure(AccountSpec("paper-of-another", "user-2"), [ALPHA])
