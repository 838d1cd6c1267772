"""Lists, money and bars: from the engine's snapshot while it is fresh, else from the store."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from engine.api.models import answers, credentials, figures, health, risk, strategies
from engine.domain.errors import OutcomeUnknown
from tests.api.conftest import World
from tests.api.world import ASHA, ASHAS, START, put
from tests.outbox.way_by_hand import Way, alerts

READS: list[tuple[str, type[BaseModel]]] = [
    ("/bots", answers.BotPage), ("/bots/drift", answers.BotAnswer), ("/bots/drift/decisions", answers.DecisionList),
    ("/positions", answers.PositionPage), ("/orders", answers.OrderPage), ("/fills", answers.FillPage),
    ("/trades", answers.TradePage), ("/signals", answers.SignalPage), ("/alerts", answers.AlertPage),
    ("/dead-letters", answers.DeadLetterPage), ("/portfolio/summary", answers.SummaryAnswer),
    ("/portfolio/profits?period=all", figures.ProfitAnswer), ("/portfolio/profits", figures.ProfitAnswer),
    ("/portfolio/equity", answers.EquityLine), ("/portfolio/stats", figures.StatsAnswer),
    ("/countdown", answers.CountdownList), ("/candles?symbol=INFY", answers.CandleList),
    ("/instruments?q=n", answers.InstrumentList), (f"/accounts/{ASHAS}/risk-policy", risk.PolicyAnswer),
    ("/health-metrics", health.HealthMetrics), ("/differences", answers.DifferencePage),
    ("/audit", answers.AuditPage), ("/strategies", strategies.StrategyList),
    ("/credentials/angelone", credentials.CredentialsAnswer),
]  # fmt: skip


@pytest.mark.parametrize("speaks", [False, True], ids=["from the store", "from the snapshot"])
@pytest.mark.parametrize(("path", "model"), READS, ids=[path for path, _ in READS])
def test_an_answer_is_what_its_description_says(world: World, path: str, model: type[BaseModel], speaks: bool) -> None:
    if speaks:
        world.engine_speaks()
    answer = world.call("GET", path)
    assert answer.status_code == 200
    model.model_validate_json(answer.data)
    for item in answer.json.get("items", [{}]):
        assert item is not None
    if "items" in answer.json:
        assert answer.json["items"], "an empty list proves nothing"


def test_every_read_is_held_to_its_description(world: World) -> None:
    described = {rule.rule for rule in world.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    read = {f"/api/v1{path.partition('?')[0]}" for path, _ in READS}
    read = {path.replace("/drift", "/<string:id>").replace(f"/{ASHAS}", "/<string:id>") for path in read}
    read = {path.replace("/angelone", "/<string:broker>") for path in read}
    assert {rule for rule in described if rule.startswith("/api/")} == read


def test_lists_are_narrowed_by_what_is_asked(world: World) -> None:
    def ids(path: str) -> list[str]:
        return [item["id"] for item in world.call("GET", path).json["items"]]

    assert ids("/orders") == ["ORDER", "FILLED"]
    assert ids("/orders?state=filled") == ["FILLED"]
    assert ids("/orders?bot_id=other") == []
    assert ids("/orders?symbol=INFY&bot_id=drift&state=accepted") == ["ORDER"]
    assert ids("/fills?symbol=TCS") == []
    assert ids("/signals?outcome=ordered") == ["SIGNAL"]
    assert ids("/signals?outcome=blocked") == []
    assert ids("/positions?symbol=INFY") == ["drift_INFY"]
    assert ids("/positions?bot_id=other") == []


def test_pages_follow_each_other_without_a_gap(world: World) -> None:
    model = world.documents.get("orders", "ORDER")
    assert model is not None
    fields = {key: value for key, value in model.items() if key != "id"}
    rows = [(f"O{n:03d}", {**fields, "created_at": START - timedelta(seconds=n // 2)}) for n in range(25)]
    put(world.documents, ASHAS, *[("orders", order_id, row) for order_id, row in rows])
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = world.call("GET", "/orders?limit=4" + (f"&cursor={cursor}" if cursor else "")).json
        assert len(page["items"]) <= 4
        seen += [item["id"] for item in page["items"]]
        cursor = page["cursor"]
    assert len(seen) == len(set(seen)) == 27


def test_money_and_positions_come_from_a_fresh_snapshot_and_say_as_of_when(world: World) -> None:
    stale = world.call("GET", "/portfolio/summary").json
    assert (stale["equity"], stale["as_of"]) == (1_000_000.0, "2026-03-02T07:30:00Z")
    world.engine_speaks()
    world.clock.elapsed_s += 9
    fresh = world.call("GET", "/portfolio/summary").json
    assert (fresh["equity"], fresh["as_of"], fresh["accounts"]) == (1_000_500.0, "2026-03-02T07:30:01Z", [ASHAS])
    assert world.call("GET", "/positions").json["items"][0]["current_price"] == 111.0
    assert world.call("GET", "/portfolio/profits").json["net_pnl"] == 77.0
    world.clock.elapsed_s += 2
    assert world.call("GET", "/portfolio/summary").json["equity"] == 1_000_000.0
    assert world.call("GET", "/positions").json["items"][0]["current_price"] == 101.0


def test_statistics_come_from_the_roll_up(world: World) -> None:
    stats = world.call("GET", "/portfolio/stats?period=all").json
    assert (stats["trades"], stats["wins"], stats["losses"], stats["break_even"]) == (4, 2, 1, 1)
    assert (stats["win_rate"], stats["profit_factor"], stats["expectancy"]) == (0.6667, 3.0, 12.0)
    assert stats["bots"]["drift"]["win_rate"] == 0.6667
    nothing = world.call("GET", "/portfolio/stats?period=month").json
    assert nothing["trades"] == 0
    assert {nothing[name] for name in ("win_rate", "profit_factor", "expectancy")} == {None}


@pytest.mark.parametrize(
    ("query", "bars"),
    [
        ("", 2),
        ("&from=2026-03-02&to=2026-03-03", 2),
        ("&from=2026-03-02T10:31:00%2B05:30", 1),
        ("&to=2026-03-02T05:01:00Z", 1),
        ("&from=2026-03-03&to=2026-03-04", 0),
        ("&timeframe=5m", 0),
    ],
)
def test_candles_open_between_from_and_to(world: World, query: str, bars: int) -> None:
    answer = world.call("GET", f"/candles?symbol=INFY{query}")
    assert (answer.status_code, len(answer.json["items"])) == (200, bars)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-03-02", "symbol"),
        ("symbol=INFY&timeframe=2m", "timeframe"),
        ("symbol=INFY&from=2026-03-02T05:00:00", "from"),
        ("symbol=INFY&from=0001-01-01", "from"),
        ("symbol=INFY&from=9999-12-31", "from"),
        ("symbol=INFY&from=2026-03-03&to=2026-03-02", "to"),
        ("symbol=INFY&from=2026-01-01&to=2026-03-02", "from"),
        ("symbol=%00", "symbol"),
    ],
)
def test_candles_refuse_a_window_that_is_none(world: World, query: str, field: str) -> None:
    answer = world.call("GET", f"/candles?{query}")
    assert answer.status_code == 400
    assert field in answer.json["errors"][0]["field"]


@pytest.mark.parametrize("symbol", ["A%2FB", "A%2FB%2FC", "..", "__x__", "x" * 128])
def test_a_symbol_that_no_document_can_be_named_after_has_no_candles(world: World, symbol: str) -> None:
    answer = world.call("GET", f"/candles?symbol={symbol}")
    assert (answer.status_code, answer.json["items"]) == (200, [])


def test_instruments_are_found_by_symbol_and_name_in_any_case(world: World) -> None:
    def symbols(path: str) -> list[str]:
        return [item["symbol"] for item in world.call("GET", path).json["items"]]

    assert symbols("/instruments") == ["INFY", "NIFTY50", "TCS"]
    assert symbols("/instruments?q=infos") == ["INFY"]
    assert symbols("/instruments?q=n&limit=1") == ["INFY"]
    assert symbols("/instruments?q=zzz") == []


def test_health_metrics_come_from_the_snapshot_and_name_what_nobody_says(world: World) -> None:
    silent: dict[str, Any] = world.call("GET", "/health-metrics").json
    assert (silent["engine"], silent["firestore_status"], silent["total_signals"]) == ("silent", "ok", None)
    assert (silent["active_positions"], silent["bots_running"], silent["websocket_status"]) == (1, 1, "live")
    world.engine_speaks()
    spoken = world.call("GET", "/health-metrics").json
    assert (spoken["engine"], spoken["total_signals"], spoken["failed_signals"]) == ("ok", 12, 1)
    assert (spoken["last_signal_time"], spoken["write_queue"]["depth"]) == ("2026-03-02T05:00:00Z", 3)
    assert spoken["uptime_seconds"] == 3601.0
    at_root = world.call("GET", "/health-metrics", uid=None, headers={"Authorization": f"Bearer token-{ASHA}"})
    assert at_root.json["total_signals"] == 12


def test_the_health_page_shows_all_of_the_write_queue_from_the_engine_and_else_from_the_document(world: World) -> None:
    shown = {"depth", "oldest_age_s", "dead_letters", "parked", "attempts", "delivered", "delivered_per_s",
             "store_state", "journal_state", "journal_detail"}  # fmt: skip
    world.engine_speaks()
    spoken = world.call("GET", "/health-metrics").json
    assert shown <= spoken["write_queue"].keys()
    assert (spoken["firestore_status"], spoken["write_queue"]["store_state"]) == ("degraded", "degraded")
    assert (spoken["write_queue"]["attempts"], spoken["write_queue"]["delivered_per_s"]) == (91, 2.5)
    world.clock.elapsed_s += 60  # the snapshot is of the past by now
    assert world.call("GET", "/health-metrics").json["write_queue"]["depth"] == 1


def test_a_store_that_was_away_counts_as_healthy_on_the_health_page_after_three_good_calls(world: World) -> None:
    way = Way()
    way.store.troubles.extend([OutcomeUnknown("UNAVAILABLE")] * 4)
    way.put(1, *alerts(1))
    shown: list[str] = []
    while shown[-2:] != ["degraded", "healthy"]:
        way.clock.advance(way.relay.step() or 0.0)
        world.engine_speaks()
        assert world.snapshots.held is not None
        world.snapshots.held["accounts"][ASHAS]["queue"] = asdict(way.journal.status())
        status = world.call("GET", "/health-metrics").json["firestore_status"]
        shown.append(str(status))
        assert len(shown) < 20
    assert shown[-4:] == ["down", "degraded", "degraded", "healthy"], "the third good call in a row"
