"""What may be said to `make run`, and what is answered to a wrong word. Stands on local/options."""

from pathlib import Path

import pytest

from local.errors import StackError
from local.options import Options


def test_nothing_said_means_the_demo_market_on_port_8000() -> None:
    assert Options.read({}) == Options(port=8000, feed="demo", data="", speed="", bots="", reset=False)
    assert Options.read({"PORT": "", "FEED": "", "RESET": "0"}) == Options()


def test_everything_said_is_heard(tmp_path: Path) -> None:
    said = {"PORT": "8001", "FEED": "replay", "DATA": str(tmp_path), "SPEED": "60", "BOTS": str(tmp_path), "RESET": "1",
            "STRATEGIES_DIR": str(tmp_path)}  # fmt: skip
    assert Options.read(said) == Options(8001, "replay", str(tmp_path), "60", str(tmp_path), True, str(tmp_path))


def test_coinbases_prices_need_no_bots_and_no_key() -> None:
    assert Options.read({"FEED": "coinbase"}) == Options(feed="coinbase")


def test_a_path_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "day.csv").touch()
    monkeypatch.chdir(tmp_path)
    assert Options.read({"DATA": "day.csv"}).data == str(tmp_path / "day.csv")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"PORT": "http"}, "PORT=http is not a port"),
        ({"PORT": "0"}, "PORT=0 is not a port"),
        ({"PORT": "65536"}, "PORT=65536 is not a port"),
        ({"PORT": "-1"}, "PORT=-1 is not a port"),
        ({"FEED": "moon"}, "FEED=moon is not a market. Choose one of: demo, replay"),
        ({"FEED": "angelone"}, "FEED=angelone needs the bots that trade there"),
        ({"FEED": "coinbase", "VENUE": "coinbase"}, "FEED=coinbase needs the bots that trade there"),
        ({"FEED": "coinbase", "VENUE": "angelone"}, "VENUE=angelone is not understood. A live account is: FEED="),
        ({"VENUE": "demo"}, "VENUE=demo is not understood"),
        ({"FEED": "replay"}, "FEED=replay needs the data to replay"),
        ({"FEED": "replay", "DATA": "/no/such/folder"}, "DATA=/no/such/folder does not exist"),
        ({"STRATEGIES_DIR": "/no/such/folder"}, "STRATEGIES_DIR=/no/such/folder does not exist"),
        ({"BOTS": "/no/such/file"}, "BOTS=/no/such/file does not exist"),
        ({"SPEED": "fast"}, "SPEED=fast is not a speed"),
        ({"SPEED": "0"}, "SPEED=0 is not a speed"),
        ({"SPEED": "nan"}, "SPEED=nan is not a speed"),
        ({"SPEED": "inf"}, "SPEED=inf is not a speed"),
    ],
)
def test_a_wrong_word_is_named(said: dict[str, str], answer: str) -> None:
    with pytest.raises(StackError) as refusal:
        Options.read(said)
    assert str(refusal.value).startswith(answer)


@pytest.mark.parametrize("word", ["maybe", "no", "false", "2"])
def test_only_a_plain_yes_deletes_the_books(word: str) -> None:
    with pytest.raises(StackError, match="RESET=1 deletes the books"):
        Options.read({"RESET": word})
