"""A bot's execution setting through its document; a document of before the setting has the default."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.adapters.firestore.bot_document import new_bot, read_bot
from engine.domain.account import AccountSpec, BotSpec
from engine.domain.errors import InvalidValue
from engine.domain.execution import EntryStyle, Execution, ExitStyle

ACCOUNT = AccountSpec("account-id-1", "user-1")
NOW = datetime(2026, 3, 2, tzinfo=UTC)
SET = Execution(EntryStyle.LIMIT, ExitStyle.MARKETABLE_LIMIT, Decimal("2.5"), Decimal(40), 120, 1)


@pytest.mark.parametrize("execution", [Execution(), SET])
def test_it_comes_back_from_the_document_exactly(execution: Execution) -> None:
    spec = BotSpec("alpha", "confluence", ("SBIN",), execution=execution)
    assert read_bot({"id": "alpha", **new_bot(ACCOUNT, spec, NOW)}).spec.execution == execution


def test_a_document_of_before_has_the_default() -> None:
    fields = {"id": "alpha", **new_bot(ACCOUNT, BotSpec("alpha", "confluence", ("SBIN",), execution=SET), NOW)}
    del fields["execution"]
    assert read_bot(fields).spec.execution == Execution()


@pytest.mark.parametrize("wrong", [{"entries": "stop"}, {"replace_after_s": 90}, {"collar_bps": "wide"}])
def test_one_that_cannot_be_read_is_refused(wrong: dict[str, object]) -> None:
    fields = {"id": "alpha", **new_bot(ACCOUNT, BotSpec("alpha", "confluence", ("SBIN",)), NOW), "execution": wrong}
    with pytest.raises(InvalidValue):
        read_bot(fields)
