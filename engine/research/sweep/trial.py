"""One trial: a backtest of one point of the space on one window of days. Run by workers; what comes of it feeds search.

A trial on all days is the backtest that `lockstep backtest` would run with these settings: the same account, the same
ids, the same decisions_digest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from engine.domain.account import BotSpec
from engine.domain.errors import InvalidValue, StrategyFailed
from engine.domain.instant import iso
from engine.market_data.columns import MarketData
from engine.market_data.span import between
from engine.research.backtest import BacktestResult, run_backtest
from engine.research.statistics import daily_equity, day_of
from engine.research.summary import summarize
from engine.research.sweep.space import Value
from engine.simulation.fill_model import FillModel
from engine.simulation.intrabar import Intrabar
from engine.strategies.bot_list import DEFAULT_CASH, BotList, parse_bots
from engine.strategies.replay_account import replay_account

FIGURES = (
    "signals", "orders", "fills", "trades", "win_rate", "gross_pnl", "charges", "net_pnl", "return_pct",
    "max_drawdown_pct", "sharpe", "profit_factor", "exposure_pct", "final_equity", "halted", "decisions_digest",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Window:
    """Days, both included, on which a trial trades; from `warm_from` on its bots watch. None: all there is."""

    first: date | None = None
    last: date | None = None
    warm_from: date | None = None

    def __str__(self) -> str:
        return "all days" if self.first is None else f"{self.first} to {self.last}"


ALL_DAYS = Window()


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is asked: settings by name, and the window; `cash` where it is not the plan's."""

    settings: tuple[tuple[str, Value], ...]
    window: Window = ALL_DAYS
    cash: str | None = None

    @property
    def key(self) -> str:
        """The same for the same job, in every run: what the log files it under."""
        window = [None if day is None else day.isoformat() for day in
                  (self.window.first, self.window.last, self.window.warm_from)]  # fmt: skip
        return json.dumps([list(map(list, self.settings)), window, self.cash], separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job: the summary's figures and the equity at each day's end, the starting one first.

    `days` are the days of `daily` but for the start (ISO dates, UTC). `impossible` says why a point can't be run at
    all: parameters that exclude each other.
    """

    figures: Mapping[str, Any] = field(default_factory=dict)
    daily: tuple[float, ...] = ()
    days: tuple[str, ...] = ()
    impossible: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As the log and Ray carry it."""
        return asdict(self)

    @staticmethod
    def of_json(said: Mapping[str, Any]) -> Outcome:
        """Back from `as_json`."""
        return Outcome(dict(said["figures"]), tuple(said["daily"]), tuple(said["days"]), said["impossible"])


@dataclass(frozen=True, slots=True)
class Plan:
    """What all trials of a sweep have in common: the bot but for the searched settings, the account, the fills.

    `own_folder` holds a person's own strategies, `own_digest` names their text.
    """

    strategy: str
    symbols: tuple[str, ...]
    data_digest: str
    fixed: Mapping[str, Value] = field(default_factory=dict)
    cash: str = str(DEFAULT_CASH)
    charge_schedule: str = "nse_intraday"
    seed: int = 1
    fills: Mapping[str, int] = field(default_factory=dict)
    intrabar: str = Intrabar.STATED.value
    own_folder: str | None = None
    own_digest: str = ""

    def bots_file(self, settings: Mapping[str, Value], cash: str | None = None) -> dict[str, Any]:
        """The content of a bots file with these settings; `timeframe` and dotted names are the bot's, not its
        strategy's."""
        bot: dict[str, Any] = {
            "id": self.strategy,
            "name": self.strategy,
            "strategy": self.strategy,
            "symbols": list(self.symbols),
            "parameters": {},
        }
        for name, value in {**self.fixed, **settings}.items():
            group, dot, inner = name.partition(".")
            if name == "timeframe":
                bot["timeframe"] = value
            elif dot:
                bot.setdefault(group, {})[inner] = value
            else:
                bot["parameters"][name] = value
        money = Decimal(cash or self.cash)
        return {
            "cash": int(money) if money == int(money) else str(money),
            "charge_schedule": self.charge_schedule,
            "seed": self.seed,
            **({"fills": dict(self.fills)} if self.fills else {}),
            "bots": [bot],
        }

    def bots(self, settings: Mapping[str, Value], cash: str | None = None) -> BotList:
        """The same as a checked bot. Raises InvalidValue naming the setting that is wrong."""
        try:
            return parse_bots(self.bots_file(settings, cash))
        except InvalidValue as error:
            raise InvalidValue(error.field.removeprefix("bots[0]."), error.message) from error


def run_job(plan: Plan, data: MarketData, job: Job) -> BacktestResult:
    """Run it with the live engine. Raises InvalidValue for settings that exclude each other."""
    bots = plan.bots(dict(job.settings), job.cash)
    specs = bots.bots
    window = job.window
    digest = plan.data_digest
    if window.first is not None and window.last is not None:
        data = between(data, window.warm_from or window.first, window.last)
        specs = tuple(_listed(bot, data) for bot in specs)
        digest = f"{digest}:{window.warm_from}:{window.first}:{window.last}"
    account = replay_account(bots, digest)
    model = FillModel.of(account, Intrabar(plan.intrabar))
    result = run_backtest(account, specs, data, model=model, trading_from=window.first)
    if window.first is not None:
        _forget_warming(result, window.first.isoformat())
    return result


def _listed(bot: BotSpec, data: MarketData) -> BotSpec:
    """The bot on those of its symbols that have rows in the window: one that is listed later is no reason to stop."""
    return replace(bot, symbols=tuple(symbol for symbol in bot.symbols if symbol in data.symbols))


def outcome_of(plan: Plan, data: MarketData, job: Job) -> Outcome:
    """Run a job and keep its figures."""
    try:
        result = run_job(plan, data, job)
    except (InvalidValue, StrategyFailed) as error:
        return Outcome(impossible=str(error))
    summary = summarize(result, load_seconds=0.0, wall_seconds=0.0)
    last = daily_equity([mark.at for mark in result.marks], [mark.equity for mark in result.marks])
    line = (float(result.account.cash), *map(float, last.values()))
    return Outcome({name: summary[name] for name in FIGURES}, line, tuple(last))


def _forget_warming(result: BacktestResult, first: str) -> None:
    """Leave what the bots did while they only watched out of the figures: signals that nothing could come of."""
    result.marks = [mark for mark in result.marks if day_of(mark.at) >= first]
    result.days = [day for day in result.days if day >= first]
    result.signals = [signal for signal in result.signals if iso(signal.confirmed_at)[:10] >= first]
