"""The forms of market data files, told apart by their columns. Fed by headers; feeds tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.domain.errors import DataError

SYMBOL = "symbol"
_TIMES = ("ts", "timestamp")
NAMES = ("ts", "symbol", "open", "high", "low", "close", "volume", "price", "quantity", "timestamp", "ltp")

_NAME_MAX, _NAMES_MAX = 40, 12


class Form(StrEnum):
    """What a row is: a bar, a trade, or a quote with the day's volume so far."""

    BARS = "bars"
    TICKS = "ticks"
    CUMULATIVE = "cumulative ticks"


_PRICES = {
    Form.BARS: ("open", "high", "low", "close"),
    Form.CUMULATIVE: ("ltp",),
    Form.TICKS: ("price",),
}
_AMOUNT = {Form.BARS: "volume", Form.CUMULATIVE: "volume", Form.TICKS: "quantity"}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a file keeps what: the names of its columns, as the file writes them."""

    form: Form
    time: str
    symbol: str | None
    prices: tuple[str, ...]
    amount: str
    ignored: tuple[str, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        """The columns that hold numbers."""
        return (*self.prices, self.amount)


def layout_of(
    path: str, header: Sequence[str], from_folder: bool, renamed: Mapping[str, str] | None = None
) -> Layout | None:
    """What the columns of a file say it is. None: it holds no prices, and nobody named it (`from_folder`).

    `renamed` says by which name a file calls one of ours, `{"volume": "volume_usd"}`. Raises DataError naming the
    columns that are missing, with those found, or a column that appears twice.
    """
    stripped = _in_our_words(path, [written.strip() for written in header], renamed or {})
    names = dict(zip(stripped, header, strict=True))
    form = _form_of(names)
    times = [name for name in _TIMES if name in names]
    if from_folder and (form is None or (not times and not _has_all_prices(form, names))):
        return None
    if form is None:
        known = "bars have open, high, low, close; ticks price or ltp"
        raise DataError(path, f"no price columns: {known}; found {_listed(header)}")
    time = "timestamp" if form is Form.CUMULATIVE else "ts"
    needed = (*_PRICES[form], _AMOUNT[form])
    missing = [name for name in needed if name not in names]
    if not times:
        missing.insert(0, time)
    if missing:
        raise DataError(path, f"{form} need {_listed(missing)}; found {_listed(header)}")
    used = {time if time in names else times[0], *needed, SYMBOL}
    doubled = [name for name in (*needed, *times, SYMBOL) if stripped.count(name) > 1]
    if doubled:
        raise DataError(path, f"column {doubled[0]} appears twice")
    return Layout(
        form=form,
        time=names[time if time in names else times[0]],
        symbol=names.get(SYMBOL),
        prices=tuple(names[name] for name in _PRICES[form]),
        amount=names[_AMOUNT[form]],
        ignored=tuple(name for name in stripped if name and name not in used),
    )


def _in_our_words(path: str, header: Sequence[str], renamed: Mapping[str, str]) -> list[str]:
    """The header by our names; a column that has the name of one taken from elsewhere has none."""
    for ours, theirs in renamed.items():
        if theirs not in header:
            raise DataError(path, f"no column {theirs} to take for {ours}; found {_listed(header)}")
    words = {theirs: ours for ours, theirs in renamed.items()}
    return [words.get(name, "" if name in renamed else name) for name in header]


def _form_of(names: dict[str, str]) -> Form | None:
    """The form whose prices are all there, or else one of which some are."""
    for form in _PRICES:
        if _has_all_prices(form, names):
            return form
    return Form.BARS if any(name in names for name in _PRICES[Form.BARS]) else None


def _has_all_prices(form: Form, names: dict[str, str]) -> bool:
    return all(name in names for name in _PRICES[form])


def _listed(names: Sequence[str]) -> str:
    """Column names in a sentence; of a file that is no table, not all that it has for names."""
    shown = [name.strip()[:_NAME_MAX] for name in names[:_NAMES_MAX]]
    more = [f"and {len(names) - _NAMES_MAX} more"] if len(names) > _NAMES_MAX else []
    return ", ".join(shown + more) or "none"
