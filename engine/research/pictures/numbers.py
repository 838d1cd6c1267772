"""Figures as people read them: grouping by currency, a true minus, a sign on what was won or lost. Feeds pages."""

from __future__ import annotations

MINUS = "\u2212"
_SYMBOLS = {"INR": "₹", "USD": "$", "EUR": "€"}


def grouped(value: float, digits: int = 2, currency: str = "INR") -> str:
    """A figure with separators: rupees in lakhs and crores, anything else in thousands."""
    whole, point, rest = f"{abs(value):.{digits}f}".partition(".")
    if currency == "INR" and len(whole) > 3:
        head, tail = whole[:-3], whole[-3:]
        pairs = [head[max(end - 2, 0) : end] for end in range(len(head), 0, -2)]
        whole = ",".join([*reversed(pairs), tail])
    elif currency != "INR":
        whole = f"{int(whole):,}"
    negative = value < 0 and float(f"{value:.{digits}f}") != 0
    return (MINUS if negative else "") + whole + point + rest


def money(value: float, currency: str) -> str:
    """An amount with its currency, no sign but a minus: ₹10,00,000.00."""
    text = grouped(value, 2, currency)
    symbol = _SYMBOLS.get(currency)
    if symbol is None:
        return f"{text} {currency}"
    return MINUS + symbol + text[1:] if text.startswith(MINUS) else symbol + text


def signed_money(value: float, currency: str) -> str:
    """What was won or lost, with its sign: +₹1,141.56. Nothing has no sign."""
    text = money(value, currency)
    return f"+{text}" if value > 0 and float(f"{value:.2f}") != 0 else text


def signed(value: float, digits: int = 2, unit: str = "") -> str:
    """A figure with its sign and unit; zero has none."""
    rounded = float(f"{value:.{digits}f}")
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return f"{sign}{abs(value):,.{digits}f}{unit}"


def compact(value: float, currency: str) -> str:
    """An amount for an axis, three figures long: 10.1L, 2.5Cr, 340k."""
    size = abs(value)
    steps = ((1e7, "Cr"), (1e5, "L"), (1e3, "k")) if currency == "INR" else ((1e9, "bn"), (1e6, "M"), (1e3, "k"))
    for unit, name in steps:
        if size >= unit:
            text = f"{size / unit:.3g}{name}"
            return MINUS + text if value < 0 else text
    text = f"{size:.3g}"
    return MINUS + text if value < 0 and text != "0" else text


def duration(seconds: float) -> str:
    """A length of time in its two largest units: 47 s, 12 min, 3 h 20 min, 2 d 4 h."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, left = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {left} min" if left else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"
