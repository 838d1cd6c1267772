"""A bot's building setting through its document; a document of before the setting has the default."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.adapters.firestore.bot_document import new_bot, read_bot
from engine.domain.account import AccountSpec, BotSpec, Building, BuildingPolicy
from engine.domain.errors import InvalidValue

ACCOUNT = AccountSpec("account-id-1", "user-1")
SPEC = BotSpec("alpha", "confluence", ("SBIN",))
NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "building",
    [
        Building(),
        Building(tranches_max=3, step_pct=Decimal("0.25")),
        Building(BuildingPolicy.PYRAMID_DOWN, 4, Decimal("1.5"), Decimal("1.1"), Decimal("12.5")),
    ],
)
def test_a_building_setting_comes_back_from_the_document_exactly(building: Building) -> None:
    spec = BotSpec("alpha", "confluence", ("SBIN",), building=building)
    assert read_bot({"id": "alpha", **new_bot(ACCOUNT, spec, NOW)}).spec.building == building


def test_a_document_of_before_has_the_default() -> None:
    fields = {"id": "alpha", **new_bot(ACCOUNT, SPEC, NOW)}
    del fields["building"]
    assert read_bot(fields).spec.building == Building()
    assert read_bot({**fields, "building": {"tranches_max": 2}}).spec.building == Building(tranches_max=2)


@pytest.mark.parametrize("wrong", [{"policy": "martingale"}, {"tranches_max": 0}, {"step_pct": "far"}, {"factor": -1}])
def test_a_setting_that_cannot_be_read_is_refused(wrong: dict[str, object]) -> None:
    fields = {"id": "alpha", **new_bot(ACCOUNT, SPEC, NOW), "building": wrong}
    with pytest.raises(InvalidValue):
        read_bot(fields)
