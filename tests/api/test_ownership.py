"""Nobody sees or moves what is another's: over every route there is."""

from __future__ import annotations

import pytest

from tests.api.conftest import World
from tests.api.routes_of import targets
from tests.api.world import ASHA, ASHAS, BELA, BELAS, CARL, put

BODIES = {
    "bots.create": {"strategy": "confluence", "symbols": ["INFY"], "account_id": ASHAS},
    "bots.change": {"name": "mine now"},
    "orders.sync": {"account_id": ASHAS},
    "orders.preview": {"bot_id": "drift", "symbol": "INFY", "side": "BUY", "account_id": ASHAS},
    "service.presence": {"account_id": ASHAS},
    "accounts.read_only": {"read_only": True},
    "credentials.put": {
        "client_code": "A123456", "pin": "4821", "totp_secret": "JBSWY3DPEHPK3PXP", "api_key": "k9AbCd12",
    },
}  # fmt: skip
QUERIES = {"market.candles": "symbol=INFY&"}
OWNER_ONLY = {"service.halt", "service.kill", "service.resume", "alerts.test"}
EVERYBODYS = {"strategies.kinds"}  # the same for all, of no account


@pytest.mark.parametrize("speaks", [False, True], ids=["from the store", "from the snapshot"])
def test_another_users_documents_are_answered_like_missing_ones_on_every_route(world: World, speaks: bool) -> None:
    if speaks:
        world.engine_speaks()
    before = world.everything()
    for target in targets(world.app):
        if target.endpoint in EVERYBODYS:
            continue
        body = BODIES.get(target.endpoint, {})
        named = target.owned or "account_id" in body
        in_query = "" if named else f"?{QUERIES.get(target.endpoint, '')}account_id={ASHAS}"
        answer = world.call(target.method, target.path + in_query, uid=BELA, json=body)
        expected = 403 if target.endpoint in OWNER_ONLY else 404
        if target.endpoint in OWNER_ONLY:
            answer = world.call(target.method, target.path, uid=BELA, json=body)
        assert answer.status_code == expected, (str(target), answer.json)
        assert ASHA not in answer.get_data(as_text=True), target
    assert world.everything() == before


@pytest.mark.parametrize("speaks", [False, True], ids=["from the store", "from the snapshot"])
def test_what_another_user_is_shown_of_their_own_has_nothing_of_the_first(world: World, speaks: bool) -> None:
    if speaks:
        world.engine_speaks()
    for target in targets(world.app):
        if target.method == "GET" and not target.owned:
            query = QUERIES.get(target.endpoint, "")
            answer = world.call("GET", f"{target.path}?{query}", uid=BELA)
            assert answer.status_code == 200, (str(target), answer.json)
            assert ASHA not in answer.get_data(as_text=True), target
            assert ASHAS not in answer.get_data(as_text=True), target


def test_a_user_without_an_account_reads_empty_lists_and_cannot_write(world: World) -> None:
    for target in targets(world.app):
        if target.owned or target.endpoint in OWNER_ONLY | EVERYBODYS:
            continue
        query = QUERIES.get(target.endpoint, "")
        body = {key: value for key, value in BODIES.get(target.endpoint, {}).items() if key != "account_id"}
        answer = world.call(target.method, f"{target.path}?{query}", uid=CARL, json=body)
        assert answer.status_code == (200 if target.method == "GET" else 409), (str(target), answer.json)
        assert not answer.json.get("items"), target


def test_a_user_with_several_accounts_must_name_one(world: World) -> None:
    put(world.documents, "paper-2", ("users", CARL, {"user_id": CARL, "accounts": ["paper-1", "paper-2"]}))
    answer = world.call("GET", "/orders", uid=CARL)
    assert answer.status_code == 400
    assert answer.json["errors"] == [
        {"field": "account_id", "message": "is needed, as you have several: paper-1, paper-2"}
    ]
    assert world.call("GET", "/orders?account_id=paper-2", uid=CARL).status_code == 200


def test_an_id_that_spells_out_another_account_finds_nothing(world: World) -> None:
    """`bars/{account}_{symbol}_…` of account `paper` and symbol `bela_INFY` would be Bela's document."""
    put(world.documents, "paper", ("users", CARL, {"user_id": CARL, "accounts": ["paper"]}))
    bela = world.documents.get("bars", f"{BELAS}_INFY_1m_20260302")
    assert bela is not None
    put(world.documents, BELAS, ("bars", "paper_bela_INFY_1m_20260302", {**bela, "symbol": "bela_INFY"}))
    answer = world.call("GET", "/candles?symbol=bela_INFY&from=2026-03-02&to=2026-03-03", uid=CARL)
    assert (answer.status_code, answer.json["items"]) == (200, [])


@pytest.mark.parametrize("bad_id", [".", "..", "__all__", "a%00b", "%0A", "x" * 300])
def test_an_id_that_no_document_can_have_is_not_found(world: World, bad_id: str) -> None:
    assert world.call("GET", f"/bots/{bad_id}").status_code == 404


def test_accounts_are_known_from_the_snapshot_while_the_store_is_away(world: World) -> None:
    world.engine_speaks()
    world.wire.before = away
    assert world.call("GET", "/positions").status_code == 200
    assert world.call("GET", "/positions", uid=BELA).status_code == 503


def away(_method: str) -> None:
    from engine.domain.errors import OutcomeUnknown

    raise OutcomeUnknown("UNAVAILABLE")
