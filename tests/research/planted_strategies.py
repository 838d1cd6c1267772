"""Strategies that cheat, as text: the same sound one, each with one line that has no place in it."""

SOUND = '''"""Buys every fifth rising close."""
from dataclasses import dataclass
{imports}
from engine.core.strategy import Verdict
from engine.domain.signal import SignalType


@dataclass(frozen=True)
class Parameters:
    every: int = 5


class Planted:
    needs = ()
    cooldown_s = 0
    confirm_us = 0
    allow_short = False

    def __init__(self, parameters):
        self.every = parameters.every
        self.before = None
        self.rises = 0

    def on_bar(self, bar, values):
        rises = self.before is not None and bar.close > self.before
        self.before = bar.close
        self.rises += rises
        buys = rises and self.rises % (self.every or 5) == 0
        {line}
        return Verdict("signal" if buys else "quiet", 50.0, SignalType.BUY if buys else None)

    def explain(self, verdict):
        return ("Every fifth rising close",)
'''

LINES = {
    "sound": ("", ""),
    "clock": ("from datetime import datetime", "buys = rises and self.rises % (2 + datetime.now().year % 7) == 0"),
    "chance": ("import random", "buys = buys and random.random() < 0.5"),
    "set_order": ("", 'buys = buys and next(iter({"yes", "no", "perhaps", "never"})) == "yes"'),
    "look_ahead": (
        "import gc\nfrom engine.domain.market import Bar",
        "self.all = getattr(self, 'all', None) or {(b.symbol, b.open_at): b.close for b in gc.get_objects() "
        "if type(b) is Bar}; buys = self.all.get((bar.symbol, bar.close_at), 0) > bar.close",
    ),
    "shared_state": ("seen = []", "seen.append(bar.symbol); buys = rises and len(seen) % 5 == 0"),
    "writes": ("", "bar.close = bar.open"),
    "bounds": ("from engine.strategies.parameters import number", "buys = buys and 1 / self.every > 0"),
    "explain": ("", "buys = buys"),
    "fails": ("", "buys = 1 / (self.rises - 20)"),
    "nonsense": ("", "return Verdict('signal', 250.0, SignalType.BUY)"),
}
# What differs besides the one line.
_MORE = {
    "bounds": ("    every: int = 5\n", "    every: int = number(5, 0, 50)\n"),
    "explain": ('return ("Every fifth rising close",)', "return (f\"{verdict.inputs['rises']} rises\",)"),
}


def planted(name: str) -> str:
    """The text of one of them."""
    imports, line = LINES[name]
    return SOUND.format(imports=imports, line=line or "pass").replace(*_MORE.get(name, ("", "")))


def line_of(name: str) -> int:
    """The line on which its text first shows what it does: the import, or else the line that was planted."""
    imports, line = LINES[name]
    lines = planted(name).splitlines()
    first = (imports or line).splitlines()[0]
    return next(number for number, text in enumerate(lines, start=1) if first in text)
