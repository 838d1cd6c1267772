"""The broker's daily list of instruments, read as it comes: tens of megabytes, never in memory at once.

Fed by the address of the list; feeds instruments.py with rows. The list is one JSON array of flat objects whose values
are all text; strike and tick size are paise, written like `5.000000`.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import urllib3

from engine.domain.errors import OutcomeUnknown, PermanentFailure
from engine.ports import Clock

CHUNK_BYTES = 65_536
ROW_CHARACTERS_MAX = 65_536  # real rows have some 200
CONNECT_S, READ_S = 3.05, 20.0  # of each piece
# Of the whole: it is fetched some twenty minutes before the session, and whoever waits for it has no prices meanwhile.
WHOLE_S = 600.0

NSE, NFO = "NSE", "NFO"
# The published sample writes exchanges like the market socket's documentation, the live list in capitals.
_EXCHANGES = {"nse_cm": NSE, "NSE": NSE, "nse_fo": NFO, "NFO": NFO}
_INDEX = "AMXIDX"
_STOCK_FUTURE = "FUTSTK"
INDEX_SERIES = "INDEX"
# Ordinary shares, and those that are settled trade by trade (surveillance): no day trading there.
SERIES = ("EQ", "BE")
# The catalogue's names of indices (market_data/instruments); any other is its name in capitals, without spaces.
_INDEX_NAMES = {"Nifty Bank": "BANKNIFTY"}


@dataclass(frozen=True, slots=True)
class Row:
    """One instrument that can be traded or watched here. `tick_paise` is 0 where the list says nothing usable."""

    exchange: str
    token: str
    trading_symbol: str
    symbol: str
    series: str
    name: str
    tick_paise: int
    lot: int


class Fetched:
    """Where the list is got from; a new connection each time, for it is asked for once a day."""

    def __init__(self, url: str, ca_file: Path | None = None) -> None:
        self.url = url
        self._ca_file = ca_file

    def chunks(self, clock: Clock) -> Iterator[bytes]:
        """Its bytes as they come. Raises OutcomeUnknown where they do not, or not all within `WHOLE_S` by `clock`."""
        until_s = clock.monotonic() + WHOLE_S
        timeout = urllib3.Timeout(connect=CONNECT_S, read=READ_S)
        trusted = None if self._ca_file is None else str(self._ca_file)
        with urllib3.PoolManager(retries=False, timeout=timeout, ca_certs=trusted) as pool:
            try:
                answer = pool.request("GET", self.url, preload_content=False, headers={"Accept-Encoding": "gzip"})
                try:
                    if answer.status != 200:
                        raise OutcomeUnknown(f"the broker's list of instruments: HTTP {answer.status}")
                    while chunk := answer.read1(CHUNK_BYTES, decode_content=True):  # `read` would wait for all of it
                        if clock.monotonic() > until_s:
                            raise OutcomeUnknown(f"the broker's list of instruments took more than {WHOLE_S:g} s")
                        yield chunk
                finally:
                    answer.close()
            except urllib3.exceptions.HTTPError as problem:
                raise OutcomeUnknown(f"the broker's list of instruments: {type(problem).__name__}") from problem


def objects(chunks: Iterable[bytes]) -> Iterator[Mapping[str, object]]:
    """The objects of a JSON array, one by one, whatever the chunks cut through.

    Raises PermanentFailure for what is no such array, OutcomeUnknown for one that ends too early.
    """
    decoder, parse = codecs.getincrementaldecoder("utf-8")(), json.JSONDecoder().raw_decode
    text, begun, comma = "", False, False
    for chunk in chunks:
        try:
            text = text.lstrip() + decoder.decode(chunk)
        except UnicodeDecodeError as problem:
            raise PermanentFailure("the broker's list of instruments is no UTF-8") from problem
        if not begun:
            text = text.lstrip("\ufeff \t\r\n")
            if not text:
                continue
            if text[0] != "[":
                raise PermanentFailure("the broker's list of instruments is no JSON array")
            text, begun = text[1:], True
        at = 0
        while True:
            at = _past_blank(text, at)
            if at < len(text) and text[at] == "]":
                if text[at + 1 :].strip():
                    raise PermanentFailure("the broker's list of instruments goes on after its end")
                return
            if comma and at < len(text):
                if text[at] != ",":
                    raise PermanentFailure("the broker's list of instruments has no comma between two rows")
                at, comma = _past_blank(text, at + 1), False
            try:
                value, ends = parse(text, at)
            except ValueError:
                break  # cut through; the rest of it is in the next chunk
            if not isinstance(value, dict):
                raise PermanentFailure("the broker's list of instruments holds something that is no row")
            yield value
            at, comma = ends, True
        text = text[at:]
        if len(text) > ROW_CHARACTERS_MAX + CHUNK_BYTES:
            raise PermanentFailure("the broker's list of instruments holds a row that can't be read")
    raise OutcomeUnknown("the broker's list of instruments ended too early")


def _past_blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def read_row(fields: Mapping[str, object]) -> Row | None:
    """The row as ours; None for what is neither a share nor an index of NSE."""
    if _EXCHANGES.get(_text(fields, "exch_seg")) != NSE:
        return None
    token, trading_symbol = _text(fields, "token"), _text(fields, "symbol")
    if not (token and trading_symbol):
        return None
    if _text(fields, "instrumenttype") == _INDEX:
        plain = _INDEX_NAMES.get(trading_symbol, trading_symbol.upper().replace(" ", ""))
        return _row(fields, token, trading_symbol, plain, INDEX_SERIES)
    plain, _, series = trading_symbol.rpartition("-")
    if series not in SERIES or not plain or _text(fields, "instrumenttype"):
        return None
    return _row(fields, token, trading_symbol, plain, series)


def has_derivatives(fields: Mapping[str, object]) -> str | None:
    """The name of the share that this row is a future of: those leave continuous trading before their auction."""
    if _EXCHANGES.get(_text(fields, "exch_seg")) != NFO or _text(fields, "instrumenttype") != _STOCK_FUTURE:
        return None
    return _text(fields, "name") or None


def _row(fields: Mapping[str, object], token: str, trading_symbol: str, symbol: str, series: str) -> Row | None:
    if len(symbol) > 40:
        return None
    name = _text(fields, "name") or symbol
    tick, lot = _whole(fields, "tick_size"), max(_whole(fields, "lotsize"), 1)
    return Row(NSE, token, trading_symbol, symbol, series, name, tick, lot)


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return "" if value is None else str(value).strip()


def _whole(fields: Mapping[str, object], name: str) -> int:
    """A whole number written with or without zeros behind a point; 0 for anything else."""
    whole, _, part = _text(fields, name).partition(".")
    return int(whole) if whole.isascii() and whole.isdigit() and not part.strip("0") else 0
