"""Documents are those of docs/contract/documents.md: names, rounding, masks, and states that come back exactly."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from engine.adapters.firestore.encoder import nested
from engine.adapters.firestore.mapping import record_of, write_of
from engine.adapters.firestore.shape import DocumentWrite, Operation
from engine.domain.account import AccountSpec, Mode
from engine.domain.errors import PermanentFailure
from engine.domain.instant import moment_of
from engine.domain.records import (
    AccountRecord,
    BarRecord,
    BotForgotten,
    BotStatusRecord,
    CommandResult,
    DeadLetterGone,
    DecisionRecord,
    EquityDayRecord,
    FillRecord,
    HealthRecord,
    OrderRecord,
    PositionFlat,
    PositionRecord,
    ProfitRecord,
    QuotesRecord,
    RehearsedRecord,
    SignalRecord,
    Tranche,
)
from engine.domain.rehearsal import rehearsal_account_id
from tests.outbox.sample_records import BEGIN, KINDS, sample

ACCOUNT = AccountSpec("account-id-1", "user-1", Mode.PAPER)
SENT_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
CONTRACT = Path(__file__).parents[3] / "docs" / "contract" / "documents.md"
FOR_GOING_ON = {  # written for recovery and not on any screen
    "orders": {"stop_price"},
    "open_positions": {"cost", "opened_quantity", "opened_value", "closed_value"},
    "accounts": {"start_equity_week"},
}
REHEARSAL = rehearsal_account_id(ACCOUNT.account_id)
OWN = {"user_id", "account_id", "mode", "updated_at", "sequence"}


def write(record: object, digits: int = 2) -> DocumentWrite:
    return write_of(record, ACCOUNT, 42, SENT_AT, lambda symbol: digits)  # type: ignore[arg-type]


def top(made: DocumentWrite) -> set[str]:
    """The names of the fields that a write touches."""
    return set(nested(made.fields))


def contract_fields(collection: str) -> set[str]:
    """The words of a collection's paragraph that are set as code, split at everything but letters."""
    text = CONTRACT.read_text()
    paragraph = re.search(rf"`{collection}/.*?(?=\n\n)", text, re.DOTALL)
    assert paragraph is not None, f"{CONTRACT} says nothing of {collection}"
    return set(re.findall(r"[a-z][a-z_]*", paragraph.group()))


def written_kinds() -> list[type]:
    return [kind for kind in KINDS if kind not in (PositionFlat, BotForgotten, DeadLetterGone, RehearsedRecord)]


@pytest.mark.parametrize("kind", written_kinds(), ids=lambda kind: kind.__name__)
def test_every_field_is_one_of_the_contract(kind: type) -> None:
    made = write(sample(kind))
    names = top(made)
    allowed = contract_fields(made.collection) | OWN | FOR_GOING_ON.get(made.collection, set())
    assert names <= allowed, names - allowed


def test_what_is_rehearsed_is_its_record_in_an_account_of_its_own_and_marked() -> None:
    fill = sample(FillRecord)
    rehearsed, own = write(RehearsedRecord(REHEARSAL, fill)), write(fill)
    assert (rehearsed.collection, rehearsed.document_id) == (own.collection, own.document_id)
    assert rehearsed.fields == {**own.fields, "account_id": REHEARSAL, "origin": "simulated"}


def test_every_document_says_whose_it_is_and_when_it_was_sent() -> None:
    fields = write(sample(FillRecord)).fields
    assert {name: fields[name] for name in OWN} == {
        "user_id": "user-1", "account_id": "account-id-1", "mode": "paper", "updated_at": SENT_AT, "sequence": 42,
    }  # fmt: skip


@pytest.mark.parametrize("kind", [BotStatusRecord, CommandResult])
def test_documents_that_the_api_made_are_changed_and_never_made(kind: type) -> None:
    made = write(sample(kind))
    assert made.operation is Operation.UPDATE
    assert top(made) & {"user_id", "account_id", "mode", "name", "desired", "kind"} == set()


@pytest.mark.parametrize("gone", [PositionFlat("alpha", "SBIN"), BotForgotten("alpha"), DeadLetterGone("alpha")])
def test_what_is_gone_is_deleted(gone: PositionFlat | BotForgotten | DeadLetterGone) -> None:
    made = write(gone)
    assert (made.operation, made.fields) == (Operation.DELETE, {})


def test_prices_are_rounded_to_the_instrument_and_money_to_the_currency() -> None:
    third = Decimal(100) / 3
    position = sample(PositionRecord, entry_price=third, pnl=Decimal("1.005"), pnl_percent=Decimal("0.1234"))
    fields = write(position, digits=4).fields
    assert (fields["entry_price"], fields["pnl"], fields["pnl_percent"]) == (33.3333, 1.0, 0.1234)
    assert write(position, digits=0).fields["entry_price"] == 33.0
    assert isinstance(fields["entry_price"], float)


def test_a_short_position_is_negative_and_says_so() -> None:
    fields = write(sample(PositionRecord, quantity=Decimal(-3))).fields
    assert (fields["side"], fields["quantity"]) == ("SHORT", -3.0)


def test_a_signal_has_confidence_and_timestamp() -> None:
    fields = write(sample(SignalRecord, score=-62.5, confirmed_at=BEGIN)).fields
    assert (fields["confidence"], fields["timestamp"]) == (0.625, moment_of(BEGIN))
    assert fields["timestamp"] == fields["confirmed_at"]


def test_bars_and_decisions_write_their_own_slot_alone() -> None:
    bar = write(sample(BarRecord, slot="0915", volume=12.0)).fields
    assert bar["bars", "0915"] == {"at": moment_of(BEGIN + 60_000_000), "o": 101.25, "h": 101.25, "l": 101.25,
                                   "c": 101.25, "v": 12.0}  # fmt: skip
    decision = write(sample(DecisionRecord, slot="SBIN_0915", inputs={"rsi": 0.5, "macd": -0.25}, score=None)).fields
    assert decision["bars", "SBIN_0915"] == {
        "at": moment_of(BEGIN + 60_000_000), "score": None, "rsi": 0.5, "macd": -0.25, "verdict": "verdict-1",
        "detail": "detail-1",
    }  # fmt: skip


def test_health_and_money_of_an_account_share_a_document_and_no_field() -> None:
    health, money = write(sample(HealthRecord)), write(sample(AccountRecord))
    assert (health.collection, health.document_id) == (money.collection, money.document_id)
    assert top(health) & top(money) == OWN


def test_quotes_are_rounded_each_by_its_own_instrument() -> None:
    digits = {"INFY": 2, "M&M": 0}
    made = write_of(sample(QuotesRecord), ACCOUNT, 1, SENT_AT, lambda symbol: digits.get(symbol, 2))
    prices = {symbol: quote["price"] for symbol, quote in made.fields["symbols"].items()}
    assert prices == {"INFY": 101.25, "M&M": 101.0}


@pytest.mark.parametrize(
    "kind", [AccountRecord, PositionRecord, OrderRecord, BotStatusRecord, ProfitRecord, EquityDayRecord]
)
def test_a_state_comes_back_from_its_document_exactly(kind: type) -> None:
    money = Decimal("123456789.01")
    given = {"cash": money} if kind is AccountRecord else {}
    if kind is PositionRecord:
        given = {
            "cost": money,
            "tranches": (Tranche(Decimal("0.12345678"), Decimal("99.05"), BEGIN, Decimal("1.23456789")),),
        }
    record = sample(kind, **given)
    made = write(record)
    assert record_of(kind, made.document_id, nested(made.fields)) == record


def test_a_document_that_holds_no_such_state_is_named() -> None:
    with pytest.raises(PermanentFailure, match="paper-9 is no AccountRecord: KeyError 'name'"):
        record_of(AccountRecord, "paper-9", {"account_id": "paper-9"})
