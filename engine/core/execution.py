"""An entry or an exit as all its attempts together, and the prices they go at.

Made by decide.py, driven by replacing.py.

Prices, with p the last price and d the price it was decided at (both currency):

entry, limit        p less the offset for a buy, p and the offset for a sell
entry, marketable   d and the collar for a buy, d less the collar for a sell
entry, post_only    the same; where the venue would have had it trade on arrival, once more, a tick behind p
exit                d less the collar for a sell, d and the collar for a buy; the collar doubles with each replacement
                    (collar, 2 x, 4 x, ... at most 90 % of d), since an exit must get there in the end

A limit is rounded to the instrument's tick, to the side that is better for us, and one that is to trade at once stays
within the day's price band. No entry is replaced while p is beyond d by more than the collar.

Where the venue takes no order at the market, what a bot wants at the market goes at a marketable limit.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from engine.domain.account import AccountSpec, BotSpec
from engine.domain.execution import EntryStyle, Execution, ExitStyle
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.order import ExitReason, OrderRequest, OrderType, Purpose, Side

_BPS = 10_000
_WIDEST_BPS = Decimal(9_000)
_DOUBLINGS_MAX = 10  # from the narrowest collar on there is nothing beyond it but the widest


@dataclass(frozen=True, slots=True)
class Terms:
    """How one order is priced."""

    order_type: OrderType = OrderType.MARKET
    limit_price: Decimal | None = None
    post_only: bool = False


AT_MARKET = Terms()


@dataclass(slots=True)
class Leg:
    """All attempts at one entry or one exit. At most one of them is live: the last of `order_ids`.

    execution       the bot's setting when it began; None where a restart has lost that
    first           the first attempt, as it was asked for; `first.price` is the price it was decided at
    name            the leg in the order ids, with `timeframe` and `bar_at`
    opened_by       an exit's position, by the fill that opened it
    filled          what all attempts filled together
    replacements    attempts that followed one not filled in time
    asked_at        when the live attempt was last asked to be taken out, so that another may follow
    slow            it was asked because it took too long: what follows counts as a replacement
    over            no attempt follows: filled, given up, or taken back
    """

    first: OrderRequest
    execution: Execution | None
    timeframe: str
    bar_at: Instant
    name: str
    opened_by: str | None = None
    order_ids: list[str] = field(default_factory=list)
    filled: Decimal = Decimal(0)
    replacements: int = 0
    asked_at: Instant | None = None
    slow: bool = False
    repriced: bool = False
    over: bool = False

    @property
    def live(self) -> str:
        """The attempt that may be live."""
        return self.order_ids[-1]

    @property
    def entry(self) -> bool:
        return self.first.purpose is Purpose.ENTRY


def execution_of(account: AccountSpec, bot: BotSpec | None) -> Execution:
    """How orders of a bot go at the account's venue; those of no bot as by default."""
    wanted = bot.execution if bot is not None else Execution()
    if not account.limits_only:
        return wanted
    entries = EntryStyle.MARKETABLE_LIMIT if wanted.entries is EntryStyle.MARKET else wanted.entries
    return replace(wanted, entries=entries, exits=ExitStyle.MARKETABLE_LIMIT)


def goes_at_market(account: AccountSpec, bot: BotSpec) -> bool:
    """Whether all orders of a bot go at the market: nothing is decided again on a newer verdict."""
    execution = execution_of(account, bot)
    return execution.entries is EntryStyle.MARKET and execution.exits is ExitStyle.MARKET


def entry_terms(execution: Execution, side: Side, price: Decimal, instrument: Instrument) -> Terms:
    """An entry at `price`: the last one, or the one decided at where it is marketable."""
    if execution.entries is EntryStyle.MARKET:
        return AT_MARKET
    if execution.entries is EntryStyle.MARKETABLE_LIMIT:
        return _at_once(price * (_BPS + side.sign * execution.collar_bps) / _BPS, side, instrument)
    exact = price * (_BPS - side.sign * execution.offset_bps) / _BPS
    return Terms(OrderType.LIMIT, _to_tick(exact, side, instrument), execution.entries is EntryStyle.POST_ONLY)


def behind_the_touch(side: Side, price: Decimal, instrument: Instrument) -> Terms:
    """A post-only entry a tick away from the last price."""
    away = price - side.sign * instrument.tick_size
    return Terms(OrderType.LIMIT, _to_tick(away, side, instrument), post_only=True)


def exit_terms(
    execution: Execution, reason: ExitReason, side: Side, decided: Decimal, replacements: int, instrument: Instrument
) -> Terms:
    """An exit after so many replacements. What closes at the end of the data does so at the last price."""
    if execution.exits is ExitStyle.MARKET or reason is ExitReason.END:
        return AT_MARKET
    collar = min(execution.collar_bps * 2 ** min(replacements, _DOUBLINGS_MAX), _WIDEST_BPS)
    return _at_once(decided * (_BPS + side.sign * collar) / _BPS, side, instrument)


def in_collar(execution: Execution, side: Side, decided: Decimal, price: Decimal) -> bool:
    """Whether a price is no further against us from the decision's than the collar."""
    return (price - decided) * side.sign * _BPS <= decided * execution.collar_bps


def within_band(limit: Decimal, side: Side, instrument: Instrument) -> Decimal:
    """A limit no further against us than the day's price band: beyond it the venue takes none. Bands are percentages
    of yesterday's close: where the edge is between two ticks, the one within is the last that the venue takes.
    """
    edge = instrument.band_high if side is Side.BUY else instrument.band_low
    last = None if edge is None else _to_tick(edge, side, instrument)
    return limit if last is None or (limit - last) * side.sign <= 0 else last


def _at_once(exact: Decimal, side: Side, instrument: Instrument) -> Terms:
    limit = within_band(_to_tick(exact, side, instrument), side, instrument)
    return Terms(OrderType.LIMIT, max(limit, instrument.tick_size))


def _to_tick(price: Decimal, side: Side, instrument: Instrument) -> Decimal:
    rounding = ROUND_FLOOR if side is Side.BUY else ROUND_CEILING
    return (price / instrument.tick_size).to_integral_value(rounding) * instrument.tick_size
