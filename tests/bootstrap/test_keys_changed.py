"""Keys that a person changes while an engine runs: taken up where they can be, else the account begins anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.adapters.brokers.angelone.orders.order_words import Product
from engine.adapters.firestore.encoder import add_set, commit_request, name_of
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.vault import COLLECTION, credentials_id
from engine.bootstrap.angelone import AngelOne, Place
from engine.bootstrap.doctoring import keys_changed
from engine.bootstrap.keys import open_vault
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.domain.errors import OutcomeUnknown, PermanentFailure
from engine.market_data.calendar import calendar_for
from engine.settings import read_settings
from tests.adapters.brokers.angelone.master_rows import instruments_of
from tests.brokers.angelone.in_process import InProcessAngelOne, in_process_angel_one

OWNER = "anna"


@dataclass
class House:
    """An engine that is logged in, or about to be, and the vault that its owner's keys lie in."""

    broker: InProcessAngelOne
    angel: AngelOne
    wire: MemoryWire
    changed: Callable[[str], None]
    give: Callable[[AngelOneCredentials | None], None]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with in_process_angel_one() as broker:
        place = Place(
            broker.endpoints, instruments_of(tmp_path), None, calendar_for("NSE"), broker.clock,  # type: ignore[arg-type]
        )  # fmt: skip
        angel, wire = AngelOne(place, ["SBIN"], Product.INTRADAY, live=True), MemoryWire()
        angel.take_up(broker.credentials())
        variables = {"GOOGLE_CLOUD_PROJECT": "demo-x", "LOCKSTEP_OWNER_UID": OWNER, "LOCKSTEP_STATE_DIR": str(tmp_path)}
        settings = read_settings(variables)
        vault = open_vault(settings, wire)
        assert vault is not None

        def give(keys: AngelOneCredentials | None) -> None:
            fields: dict[str, Any] = {"sealed": None} if keys is None else vault.sealed(OWNER, "angelone", keys)
            request = commit_request(wire.database)
            add_set(request, name_of(wire.database, COLLECTION, credentials_id(OWNER, "angelone")), fields)
            wire.commit(request)

        market = SimpleNamespace(broker=angel, account=SimpleNamespace(account_id="live-angelone-rehearsal"))
        out: Any = SimpleNamespace(settings=settings, wire=wire, market=market)
        yield House(broker, angel, wire, keys_changed(out), give)
        angel.close()


def test_another_pin_is_taken_up_and_tried_at_once(house: House) -> None:
    house.angel.change(house.broker.credentials(pin="0000"))
    access, _ = house.angel.taken()
    with pytest.raises(PermanentFailure):
        access.session.tokens()
    house.give(house.broker.credentials())
    house.changed("angelone")
    assert access.session.tokens()
    assert house.angel.taken()[1] == house.broker.credentials()


@pytest.mark.parametrize("change", [{"api_key": "another1"}, {"client_code": "B654321"}, None])
def test_for_another_client_app_or_none_the_account_begins_anew(house: House, change: dict[str, str] | None) -> None:
    house.give(None if change is None else house.broker.credentials(**change))
    assert not house.angel.anew.is_set()
    house.changed("angelone")
    assert house.angel.anew.is_set()


def test_a_store_that_is_away_is_not_taken_for_removed_keys(house: House) -> None:
    def away(method: str) -> None:
        raise OutcomeUnknown("away")

    house.wire.before = away
    with pytest.raises(OutcomeUnknown):
        house.changed("angelone")


def test_keys_of_another_broker_are_no_business_of_it(house: House) -> None:
    house.changed("coinbase")
    assert house.angel.taken()[1] == house.broker.credentials()
