"""How the pictures look, light and dark: the dashboard's colours, and the classes that every picture uses.

A picture inside a page takes the page's style. One that stands alone (a file in the docs) carries it: `standalone`.
"""

from __future__ import annotations

_LIGHT = {
    "canvas": "#f3f4f6", "surface": "#ffffff", "sunken": "#f8f9fa", "line": "#e4e7eb", "line-strong": "#cdd3da",
    "control-line": "#7f8996", "text": "#12171e", "text-2": "#47515e", "text-3": "#5f6975", "accent": "#2352c4",
    "gain": "#04735f", "gain-soft": "#e0f3ee", "loss": "#b23c10", "loss-soft": "#fdebe3", "warn": "#7d5200",
    "warn-soft": "#fdf3d8", "paper": "#5b34b0", "paper-soft": "#f3eefd", "paper-line": "#8a6bd0", "grid": "#eceff2",
    "axis": "#5f6975", "line-1": "#2352c4", "line-2": "#6b7683", "up": "#04735f", "down": "#b23c10",
    "volume": "#dde2e8", "band": "#eef3fd",
}  # fmt: skip
_DARK = {
    "canvas": "#0b0e12", "surface": "#12161c", "sunken": "#161b22", "line": "#222933", "line-strong": "#2f3844",
    "control-line": "#6c7786", "text": "#e9edf2", "text-2": "#aeb7c2", "text-3": "#8c96a3", "accent": "#86abff",
    "gain": "#3cc9ac", "gain-soft": "#0f2c29", "loss": "#ff9066", "loss-soft": "#34190f", "warn": "#e6bb5a",
    "warn-soft": "#2b230f", "paper": "#bda6ff", "paper-soft": "#1a1629", "paper-line": "#6d57ad", "grid": "#1c222b",
    "axis": "#8c96a3", "line-1": "#86abff", "line-2": "#8c96a3", "up": "#3cc9ac", "down": "#ff9066",
    "volume": "#242c37", "band": "#182136",
}  # fmt: skip

FONT = '"Segoe UI Variable Text","Segoe UI",-apple-system,BlinkMacSystemFont,Roboto,"Noto Sans",Arial,sans-serif'

# Lines of several runs beside each other: told apart by dash as well as by colour.
RUNS = 6

_PICTURE = """
.pic{font-family:FONT;font-variant-numeric:tabular-nums}
.pic text{font-size:11px;fill:var(--axis)}
.pic .strong{fill:var(--text);font-weight:600}
.pic .end{text-anchor:end}.pic .mid{text-anchor:middle}
.pic .grid{stroke:var(--grid);stroke-width:1;fill:none}
.pic .day{stroke:var(--line-strong);stroke-width:1;fill:none}
.pic .base{stroke:var(--axis);stroke-width:1;stroke-dasharray:2 3;fill:none}
.pic .up{stroke:var(--up);stroke-width:1;fill:var(--surface)}
.pic .down{stroke:var(--down);stroke-width:1;fill:var(--down)}
.pic .vol{fill:var(--volume)}
.pic .line{fill:none;stroke:var(--line-1);stroke-width:1.5;stroke-linejoin:round}
.pic .line2{fill:none;stroke:var(--line-2);stroke-width:1.25;stroke-dasharray:4 3;stroke-linejoin:round}
.pic .area-gain{fill:var(--gain-soft)}.pic .area-loss{fill:var(--loss-soft)}
.pic .entry{fill:var(--accent);stroke:var(--surface);stroke-width:1}
.pic .exit{stroke-width:1.75;fill:var(--surface)}
.pic .held{stroke-width:1.25;stroke-dasharray:3 3;fill:none}
.pic .g{stroke:var(--gain)}.pic .l{stroke:var(--loss)}.pic .n{stroke:var(--axis)}
.pic .bar-g{fill:var(--gain)}.pic .bar-l{fill:var(--loss)}.pic .bar-n{fill:var(--line-2)}
.pic .tag{fill:var(--text)}.pic text.on-tag{fill:var(--surface);font-weight:600}
.pic .halo{paint-order:stroke;stroke:var(--surface);stroke-width:3px;stroke-linejoin:round}
.pic .run0{stroke:var(--line-1)}.pic .run1{stroke:var(--loss);stroke-dasharray:7 3}
.pic .run2{stroke:var(--paper);stroke-dasharray:2 3}.pic .run3{stroke:var(--gain);stroke-dasharray:9 3 2 3}
.pic .run4{stroke:var(--warn);stroke-dasharray:5 5}.pic .run5{stroke:var(--text-2);stroke-dasharray:1 3}
""".replace("FONT", FONT)


def _tokens(values: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in values.items())


def style() -> str:
    """The colours of both themes and the classes of pictures, as CSS for a page or a file."""
    return (
        f":root{{color-scheme:light dark;{_tokens(_LIGHT)}}}"
        f"@media(prefers-color-scheme:dark){{:root{{{_tokens(_DARK)}}}}}{_PICTURE}"
    )


def standalone(picture: str) -> str:
    """A picture as a file of its own, on its own ground, in the theme of whoever looks at it."""
    ground = '<rect width="100%" height="100%" fill="var(--surface)"/>'
    head, tag, rest = picture.partition(">")
    named = head.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return f"{named}{tag}<style>{style()}</style>{ground}{rest}\n"
