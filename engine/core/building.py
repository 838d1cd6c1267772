"""How much a further entry adds to a position, or why it adds nothing.

Asked by entry_size.py before an entry is judged.

`base` is what the bot's sizing gives at this price and equity; n is the number of entries open, the last one's price
the average of its fills. Sizes are rounded down to whole lots.

equal_size     base, again. With a step: only when the price is that far from the last entry's, on either side
pyramid_up     base x factor^n, only in profit (the price better than the average) and a step beyond the last entry
pyramid_down   base x factor^n, only a step against the last entry
adaptive       base when the score is HOT, half of it when WARM, else nothing; the first entry too. A step as equal_size

The first entry is the base size. Under all of them: no more than `tranches_max` entries, no more than
`notional_max_pct` of equity in the whole position, and no further entry while one is on its way. The default setting
(equal_size, no bounds) has none of these rules: it always gives the base size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.domain.account import Building, BuildingPolicy
from engine.domain.instrument import Instrument
from engine.domain.order import Refusal, Side
from engine.domain.records import Tranche
from engine.domain.signal import Temperature

_HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class BuildingView:
    """What the decision rests on. `tranches` are the position's, oldest first; `base` a quantity, `equity` currency."""

    instrument: Instrument
    side: Side
    price: Decimal
    base: Decimal
    score: float
    equity: Decimal
    tranches: Sequence[Tranche]
    entry_in_flight: bool


@dataclass(slots=True)
class _Entry:
    """What is open of one entry order: its fills together."""

    quantity: Decimal = Decimal(0)
    turnover: Decimal = Decimal(0)

    @property
    def price(self) -> Decimal:
        return self.turnover / self.quantity


def next_tranche(building: Building, view: BuildingView) -> Decimal | Refusal:
    """The quantity of the next entry in whole lots, 0 where `base` is; or the reason why there is none."""
    if building.always:
        return view.base
    if view.entry_in_flight:
        return Refusal("entry_in_flight", "An entry is on its way; the next waits for what becomes of it")
    entries = _entries(view.tranches)
    share = _share(building, view, entries)
    if isinstance(share, Refusal):
        return share
    most = building.tranches_max
    if most is not None and len(entries) >= most:
        return Refusal("tranches", f"{len(entries)} of {most} entries are open", str(len(entries)), str(most))
    quantity = view.instrument.whole_lots(view.base * share)
    if quantity <= 0 < view.base:
        return Refusal("tranche_size", "The next entry would be smaller than one lot", str(view.base * share))
    return _within_notional(building, view, quantity) or quantity


def _entries(tranches: Sequence[Tranche]) -> list[_Entry]:
    """The open entries, oldest first. A tranche of before orders were told with it is an entry of its own."""
    found: dict[str | int, _Entry] = {}
    for number, tranche in enumerate(tranches):
        entry = found.setdefault(tranche.order_id or number, _Entry())
        entry.quantity += tranche.quantity
        entry.turnover += tranche.price * tranche.quantity
    return list(found.values())


def _share(building: Building, view: BuildingView, entries: Sequence[_Entry]) -> Decimal | Refusal:
    """The policy's own rule: what share of the base size comes next."""
    share = Decimal(1)
    if building.policy is BuildingPolicy.ADAPTIVE:
        temperature = Temperature.of(view.score)
        if temperature not in (Temperature.HOT, Temperature.WARM):
            return Refusal("temperature", f"The score is {temperature}; entries are made from WARM on", temperature)
        share = Decimal(1) if temperature is Temperature.HOT else _HALF
    if not entries:
        return share
    refusal = _step(building, view, entries)
    if refusal is not None:
        return refusal
    if building.policy in (BuildingPolicy.PYRAMID_UP, BuildingPolicy.PYRAMID_DOWN):
        return building.factor ** len(entries)
    return share


def _step(building: Building, view: BuildingView, entries: Sequence[_Entry]) -> Refusal | None:
    """Whether the price has gone where the policy waits for it."""
    last = entries[-1].price
    moved_pct = (view.price - last) * 100 * view.side.sign / last  # positive: in the position's favour
    needed = building.step_pct
    match building.policy:
        case BuildingPolicy.PYRAMID_UP:
            average = sum((entry.turnover for entry in entries), Decimal(0)) / sum(
                (entry.quantity for entry in entries), Decimal(0)
            )
            if (view.price - average) * view.side.sign <= 0:
                return Refusal("not_in_profit", f"At {view.price} the position is not in profit", str(view.price))
            far, way = moved_pct, "in its favour"
        case BuildingPolicy.PYRAMID_DOWN:
            far, way = -moved_pct, "against it"
        case _:
            far, way = abs(moved_pct), "either way"
    if far >= needed:
        return None
    detail = f"{far:.2f} % {way} since the last entry; the next comes after {needed} %"
    return Refusal("step", detail, f"{far:.2f}", str(needed))


def _within_notional(building: Building, view: BuildingView, quantity: Decimal) -> Refusal | None:
    if building.notional_max_pct is None:
        return None
    held = sum((tranche.quantity for tranche in view.tranches), Decimal(0))
    worth, most = (held + quantity) * view.price, view.equity * building.notional_max_pct / 100
    if worth <= most:
        return None
    detail = f"The position would be worth {worth:.2f}; {building.notional_max_pct} % of equity is {most:.2f}"
    return Refusal("position_notional", detail, f"{worth:.2f}", f"{most:.2f}")
