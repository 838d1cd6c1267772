"""A bot's execution setting as people write it: in a bots file, and its digest."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.domain.errors import InvalidValue
from engine.domain.execution import EntryStyle, Execution, ExitStyle
from engine.strategies.bot_list import parse_bots

D = Decimal
BOT = {"id": "alpha", "strategy": "confluence", "symbols": ["SBIN"]}


def said(execution: Any) -> dict[str, Any]:
    return {"bots": [{**BOT, "execution": execution}]}


def test_all_of_it_reaches_the_bot() -> None:
    setting = {"entries": "post_only", "exits": "marketable_limit", "offset_bps": 2.5, "collar_bps": 40,
               "replace_after_s": 120, "replacements_max": 1}  # fmt: skip
    expected = Execution(EntryStyle.POST_ONLY, ExitStyle.MARKETABLE_LIMIT, D("2.5"), D(40), 120, 1)
    assert parse_bots(said(setting)).bots[0].execution == expected


def test_the_default_is_the_market_and_keeps_the_digest() -> None:
    without = parse_bots({"bots": [BOT]})
    assert without.bots[0].execution == Execution()
    assert parse_bots(said({"entries": "market"})).digest() == without.digest()
    assert parse_bots(said({"entries": "limit"})).digest() != without.digest()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"entries": "stop"}, "bots[0].execution.entries"),
        ({"exits": "limit"}, "bots[0].execution.exits"),
        ({"replace_after_s": 90}, "bots[0].execution.replace_after_s"),
        ({"replacements_max": 1.5}, "bots[0].execution.replacements_max"),
        ({"collar_bps": 0}, "bots[0].execution.collar_bps"),
        ({"collar": 50}, "bots[0].execution.collar"),
    ],
)
def test_a_wrong_field_is_named(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_bots(said(wrong))
    assert refused.value.field == field
