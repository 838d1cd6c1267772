"""The frame of every page that research writes: style, panes, figures, tables. Used by the report and comparisons.

Text given to `pane`, `table` and `figures` is put in as it is where it is called html, and escaped everywhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from engine.research.pictures.look import FONT, style

# The page may load nothing at all; it draws and runs what it carries.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"

_STYLE = """
*{box-sizing:border-box}
body{margin:0;background:var(--canvas);color:var(--text);font:13px/1.45 FONT;font-variant-numeric:tabular-nums}
main{max-width:1180px;margin:24px auto;background:var(--surface);border:1px solid var(--line-strong);border-radius:10px}
header,section{padding:16px 20px}section{border-top:1px solid var(--line)}
h1{font-size:16px;margin:0;display:flex;gap:12px;align-items:center;flex-wrap:wrap}
h2{font-size:14px;margin:0 0 12px;font-weight:600}
h2 small{font-weight:400;font-size:12px;color:var(--text-2);margin-left:12px}
h3{font-size:12px;margin:16px 0 6px;font-weight:600}
p{margin:4px 0;color:var(--text-2)}.quiet{color:var(--text-3);font-size:12px}
.chip{font-size:11px;font-weight:600;letter-spacing:.04em;color:var(--paper);border:1px dashed var(--paper-line);
 border-radius:3px;padding:1px 6px;background:var(--paper-soft)}
.big{font-size:30px;font-weight:600;line-height:1.2;margin:8px 0 0}.gain{color:var(--gain)}.loss{color:var(--loss)}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(158px,1fr));gap:16px 20px;margin:0}
dt{font-size:12px;color:var(--text-2)}dd{margin:0;font-size:16px;font-weight:600}
dd small{display:block;font-size:12px;font-weight:400;color:var(--text-3)}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:8px 40px}
.three{display:grid;grid-template-columns:repeat(3,1fr);gap:20px}
.pic{display:block;width:100%;height:auto}.narrow{display:none}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{padding:7px 10px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th{font-weight:400;font-size:12px;color:var(--text-2)}
th.w,td.w{text-align:left}th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
tr.sum td{border-top:1px solid var(--line-strong);border-bottom:0;font-weight:600}
.heat td{text-align:center;padding:8px 4px;border:1px solid var(--surface)}.heat th{text-align:center}
.legend{display:flex;gap:16px;flex-wrap:wrap;font-size:12px;color:var(--text-2);margin:-4px 0 8px}
.legend svg{display:inline-block;width:26px;height:10px;vertical-align:middle;margin-right:6px}
.tools{display:flex;gap:8px;flex-wrap:wrap;margin-bottom:12px}[hidden]{display:none!important}
select,button{font:inherit;color:var(--text);background:var(--surface);border:1px solid var(--control-line);
 border-radius:6px;min-height:32px;padding:4px 10px;max-width:100%}
button[aria-pressed=true]{background:var(--text);color:var(--surface)}
select:focus-visible,button:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--accent);
 outline-offset:2px}
figure{margin:0 0 20px}figcaption{font-size:12px;color:var(--text-2);margin-bottom:4px}
.js figure[data-chart]{display:none}.js figure[data-chart].on{display:block}
summary{cursor:pointer;color:var(--accent);min-height:24px}details[open] summary{margin-bottom:8px}
.warn{background:var(--warn-soft);color:var(--warn);border-radius:6px;padding:8px 12px;margin:0 0 8px}
code{font:12px ui-monospace,"SF Mono",Menlo,monospace;overflow-wrap:anywhere}
footer{padding:12px 20px 20px;border-top:1px solid var(--line);color:var(--text-3);font-size:12px}
@media(max-width:860px){.pair,.three{grid-template-columns:1fr}}
@media(max-width:640px){body{font-size:14px}main{margin:0;border:0;border-radius:0}header,section{padding:16px}
 .wide{display:none}.narrow{display:block}dl{grid-template-columns:repeat(2,minmax(0,1fr))}.chart .pic{min-width:760px}
 select,button{min-height:44px}}
@media print{main{border:0;margin:0}.tools{display:none}}
""".replace("FONT", FONT)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a page; `sign` colours it as a gain or a loss, 0 not at all."""

    name: str
    value: str
    note: str = ""
    sign: float = 0.0


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its text, and the sign that colours it."""

    text: str
    sign: float = 0.0


def page(title: str, body_html: str, script: str = "") -> str:
    """The whole page. `script` is our own, put in as it is."""
    tail = f"<script>{script}</script>" if script else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(title)}</title><style>{style()}{_STYLE}</style></head>"
        f"<body><main>{body_html}</main>{tail}</body></html>\n"
    )


def pane(title: str, html: str, note: str = "") -> str:
    """A part of the page under its title; nothing where there is nothing to show."""
    if not html:
        return ""
    said = f"<small>{escape(note)}</small>" if note else ""
    return f"<section><h2>{escape(title)}{said}</h2>{html}</section>"


def figures(items: Sequence[Figure]) -> str:
    """Figures side by side, each under its name."""
    parts = []
    for item in items:
        note = f"<small>{escape(item.note)}</small>" if item.note else ""
        parts.append(f"<div><dt>{escape(item.name)}</dt><dd{_sign(item.sign)}>{escape(item.value)}{note}</dd></div>")
    return f"<dl>{''.join(parts)}</dl>"


def table(head: Sequence[str], rows: Sequence[Sequence[Cell | str]], *, words: int = 1, total: bool = False) -> str:
    """A table whose first `words` columns are text, the rest figures; `total` sets the last row apart."""
    if not rows:
        return ""
    top = "".join(f'<th scope="col"{_text(number, words)}>{escape(name)}</th>' for number, name in enumerate(head))
    lines = []
    for place, row in enumerate(rows):
        cells = "".join(f"<td{_text(number, words)}>{_cell(cell)}</td>" for number, cell in enumerate(row))
        lines.append(f'<tr class="sum">{cells}</tr>' if total and place == len(rows) - 1 else f"<tr>{cells}</tr>")
    body = f"<table><thead><tr>{top}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    return f'<div class="scroll" tabindex="0">{body}</div>'


def legend(entries: Sequence[tuple[str, str]]) -> str:
    """What the lines of a picture are: (class of look.py, name)."""
    parts = (
        f'<span><svg class="pic" viewBox="0 0 26 10" aria-hidden="true"><path class="{look}" d="M0 5H26"/></svg>'
        f"{escape(name)}</span>"
        for look, name in entries
    )
    return f'<div class="legend">{"".join(parts)}</div>'


def both_widths(wide_svg: str, narrow_svg: str) -> str:
    """A picture drawn twice, for a desk and for a phone: text keeps its size."""
    return f'<div class="wide">{wide_svg}</div><div class="narrow">{narrow_svg}</div>'


def _text(number: int, words: int) -> str:
    return ' class="w"' if number < words else ""


def _cell(cell: Cell | str) -> str:
    if isinstance(cell, str):
        return escape(cell)
    return f"<span{_sign(cell.sign)}>{escape(cell.text)}</span>" if cell.sign else escape(cell.text)


def _sign(sign: float) -> str:
    return ' class="gain"' if sign > 0 else ' class="loss"' if sign < 0 else ""
