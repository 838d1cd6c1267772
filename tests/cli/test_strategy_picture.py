"""`lockstep strategy picture` draws a day of any strategy, and refuses in one sentence what it can't draw."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.command import Ran, lockstep
from tests.cli.generated import MARKET, write_bars

DAY, LATER = 2, 3
DATE, DATE_LATER = (MARKET.session(day).day for day in (DAY, LATER))
SVG = "{http://www.w3.org/2000/svg}"
LIVELY = {
    "confluence": ("preset=aggressive",),
    "trend": ("preset=aggressive",),
    "vwap_reversion": ("enter_at=1", "adx_max=100", "allow_short=true"),
    "opening_range": ("allow_short=true",),
    "accumulate": ("every_days=1", "drop_pct=0.2"),
    "rotation": ("momentum_bars=15", "hold=1", "slack=0"),
}
LINES = {
    "confluence": {"EMA 12", "EMA 26"},
    "trend": {"Supertrend 7 x 2"},
    "vwap_reversion": {"VWAP", "VWAP -1 deviations", "VWAP +1 deviations"},
    "opening_range": {"Opening range, high", "Opening range, low"},
    "accumulate": {"Donchian upper 240"},
}


@pytest.fixture(scope="module")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bars(tmp_path_factory.mktemp("bars") / "bars.csv", (DAY, LATER))


def draw(name: str, bars: Path, out: Path, *words: str, symbol: str = "RELIANCE", day: str = DATE_LATER) -> Ran:
    settings = ("--set", *LIVELY[name]) if LIVELY.get(name) else ()
    return lockstep(
        "strategy", "picture", name, "--data", bars, "--symbol", symbol, "--day", day, "--out", out, *settings, *words
    )


@pytest.mark.parametrize("name", LIVELY)
def test_a_strategys_day_is_drawn_with_its_lines_and_its_trades(name: str, bars: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / f"{name}.svg"
    ran = draw(name, bars, out, "--json")
    assert ran.code == 0, ran.err
    told, picture = json.loads(ran.out), ElementTree.fromstring(out.read_text())
    assert told == {"file": str(out), "bytes": out.stat().st_size, "trades": told["trades"]}
    assert told["trades"] > 0
    assert told["bytes"] < 60_000
    titles = {element.text for element in picture.iter(f"{SVG}title")}
    assert titles >= LINES.get(name, {"RELIANCE", "TATAMOTORS"})
    assert name == "rotation" or "RELIANCE" in picture.attrib["aria-label"]
    assert [path.name for path in out.parent.iterdir()] == [out.name], "nothing is left beside it"


def test_the_same_words_draw_the_same_picture(bars: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    assert [draw("trend", bars, out).code for out in (first, second)] == [0, 0]
    assert first.read_bytes() == second.read_bytes()


def two_bots(folder: Path) -> Path:
    said = [{"id": f"bot-{symbol}", "strategy": "trend", "symbols": [symbol]} for symbol in ("RELIANCE", "TATAMOTORS")]
    file = folder / "bots.json"
    file.write_text(json.dumps({"bots": said}))
    return file


def test_a_bot_of_a_file_is_drawn_with_its_own_trades(bars: Path, tmp_path: Path) -> None:
    words = ("--bots", two_bots(tmp_path), "--data", bars, "--symbol", "RELIANCE", "--day", DATE_LATER)
    drawn = lockstep("strategy", "picture", "bot-RELIANCE", *words, "--out", tmp_path / "bot.svg", "--json")
    alone = lockstep("strategy", "picture", "trend", *words[2:], "--out", tmp_path / "alone.svg", "--json")
    assert (drawn.code, alone.code) == (0, 0), drawn.err
    assert 0 < json.loads(drawn.out)["trades"] < json.loads(alone.out)["trades"]
    for bot, symbol, says in (
        ("bot-x", "RELIANCE", "has no bot 'bot-x'; it has bot-RELIANCE, bot-TATAMOTORS"),
        ("bot-TATAMOTORS", "RELIANCE", "bot-TATAMOTORS does not trade RELIANCE"),
    ):
        refused = lockstep("strategy", "picture", bot, *words[:5], symbol, *words[6:], "--out", tmp_path / "no.svg")
        assert refused.code == 2
        assert says in refused.err.splitlines()[-1]
        assert not (tmp_path / "no.svg").exists()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"symbol": "ACME"}, "--symbol: ACME is not in the data; there are RELIANCE, TATAMOTORS"),
        ({"day": "2001-01-01"}, "2001-01-01"),
        ({"name": "astrology"}, "unknown strategy 'astrology'"),
    ],
)
def test_what_can_not_be_drawn_is_refused_in_a_sentence_and_nothing_is_written(
    given: dict[str, str], says: str, bars: Path, tmp_path: Path
) -> None:
    out = tmp_path / "day.svg"
    ran = draw(given.pop("name", "trend"), bars, out, **given)
    assert ran.code in (1, 2)
    assert says in ran.err.splitlines()[-1]
    assert "Traceback" not in ran.err
    assert not out.exists()
