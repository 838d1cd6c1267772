"""The loopback Coinbase started by hand: what it prints, and words that are wrong."""

import json
from datetime import datetime
from pathlib import Path

import pytest
import requests

from engine.domain.coinbase_credentials import CoinbaseCredentials
from tests.brokers.coinbase.__main__ import main
from tests.brokers.coinbase.plain_client import PlainCustomer
from tests.brokers.coinbase.running import running_coinbase


def test_it_prints_addresses_and_play_keys_that_open_it() -> None:
    words = ("--plain", "--at", "2026-11-23T10:00:00+00:00", "--speed", "0", "--cash", "USD=500", "ETH=2.5")
    with running_coinbase(*words) as broker:
        told = broker.told
        assert told["root"].startswith("http://127.0.0.1:")
        assert {told["market_socket"][:5], told["user_socket"][:5]} == {"ws://"}
        key = json.loads(Path(told["key_file"]).read_text())
        kinds = [CoinbaseCredentials(told["key_name"], told["private_key"]), CoinbaseCredentials(*key.values())]
        assert [one.algorithm for one in kinds] == ["ES256", "EdDSA"]
        with PlainCustomer(told["root"], lambda: datetime.fromisoformat(broker.look()["at"])) as customer:
            rows = customer.get("/accounts")["accounts"]
        assert [(row["currency"], row["available_balance"]["value"]) for row in rows] == [
            ("USD", "500"),
            ("ETH", "2.5"),
        ]
        broker.do("advance", seconds=60)
        assert broker.look()["at"] == "2026-11-23T10:01:00+00:00"
        wrong = requests.post(told["control"], json={"do": "price", "product": "NO-USD", "price": "1"}, timeout=60)
        assert (wrong.status_code, "NO-USD" in wrong.json()["wrong"]) == (400, True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--at", "2026-11-23T10:00:00"], "has no zone: write 2026-11-23T10:00:00+00:00"),
        (["--at", "soon"], "invalid"),
        (["--cash", "100000"], "'100000' is no balance: write USD=100000"),
        (["--cash", "USD=many"], "'USD=many' is no balance"),
    ],
)
def test_words_that_are_wrong_end_it_with_a_sentence(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err
