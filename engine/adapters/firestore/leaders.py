"""The LeaderBoard port on Firestore: signals and fills of other accounts, by the sequence they were written with.

A leader is two small documents (account, bot) and one query of its newest fact: most looks find nothing new, and cost
one document read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from engine.adapters.firestore.decoder import document_fields
from engine.adapters.firestore.encoder import name_of
from engine.adapters.firestore.kinds import decimal_of
from engine.adapters.firestore.mapping import record_of
from engine.adapters.firestore.queries import structured_query
from engine.adapters.firestore.wire import Wire
from engine.domain.account import Desired, TradingState, is_live
from engine.domain.copying import ALL, COPY, Follow, LeaderFact, LeaderName, chain_of, followed_by
from engine.domain.instant import instant_of
from engine.domain.order import Purpose, Side
from engine.domain.records import FillRecord, SignalRecord
from engine.ports import Fields
from engine.ports.leaders import Standing

PAGE = 100
_COLLECTIONS = {Follow.FILLS: "fills", Follow.SIGNALS: "trading_signals"}
_OWN_CLOCK = ("demo", "replay")  # markets whose time is not the wall's
_NEWEST = 5  # fills of a symbol looked at for what is held: those of followers say nothing of the whole account


class FirestoreLeaders:
    """See ports.LeaderBoard."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def standing(self, leader: LeaderName) -> Standing:
        """See ports.LeaderBoard."""
        account, bot = self._get(("accounts", leader.account_id), ("bots", leader.bot_id))
        if account is None:
            return Standing(leader, gone="is on an account that does not exist")
        beat = (account.get("engine") or {}).get("heartbeat_at")
        return Standing(
            leader,
            user_id=str(account.get("user_id", "")),
            live=is_live(leader.account_id),
            gone=_gone(leader, account, bot),
            heartbeat_at=beat if isinstance(beat, datetime) else None,
            simulated=account.get("market") in _OWN_CLOCK,
            follows=tuple(self._followed(leader, bot)),
        )

    def newest(self, standing: Standing, follow: Follow) -> int:
        """See ports.LeaderBoard."""
        found = self._page(standing, follow, 1, None)
        return int(found[0]["sequence"]) if found else 0

    def facts(self, standing: Standing, follow: Follow, after: int, now: datetime) -> Sequence[tuple[int, LeaderFact]]:
        """See ports.LeaderBoard. Read newest first, page by page, back to what is known."""
        found: list[Fields] = []
        last, size = None, 1
        while True:
            page = self._page(standing, follow, size, last)
            new = [fields for fields in page if int(fields["sequence"]) > after]
            found += new
            if len(new) < size:
                break
            last, size = page[-1], PAGE
        facts = [(int(fields["sequence"]), _fact(standing, follow, fields, now)) for fields in reversed(found)]
        return [(sequence, fact) for sequence, fact in facts if fact is not None]

    def held(self, standing: Standing, symbol: str) -> Decimal | None:
        """See ports.LeaderBoard."""
        leader = standing.leader
        where = {"user_id": standing.user_id, "account_id": leader.account_id, "symbol": symbol}
        field, count = ("net", _NEWEST) if leader.bot_id == ALL else ("position", 1)
        if leader.bot_id != ALL:
            where["bot_id"] = leader.bot_id
        query = structured_query("fills", where, order="filled_at", limit=count)
        for document in self._wire.query(query):
            value = document_fields(document).get(field)
            if value is not None:
                return decimal_of(value)
        return None

    def _page(self, standing: Standing, follow: Follow, size: int, last: Fields | None) -> list[Fields]:
        leader, collection = standing.leader, _COLLECTIONS[follow]
        where = {"user_id": standing.user_id, "account_id": leader.account_id}
        if leader.bot_id != ALL:
            where["bot_id"] = leader.bot_id
        after = None if last is None else (last["sequence"], name_of(self._wire.database, collection, last["id"]))
        query = structured_query(collection, where, order="sequence", limit=size, after=after)
        return [document_fields(document) for document in self._wire.query(query)]

    def _followed(self, leader: LeaderName, bot: Fields | None) -> list[LeaderName]:
        """Whom a leader follows, and so on. `bot` is the leader's own document, which is read already."""
        known = {leader: bot}

        def leader_of(name: LeaderName) -> LeaderName | None:
            if name not in known:
                (known[name],) = self._get(("bots", name.bot_id))
            found = known[name]
            if found is None or found.get("deleted") is True:
                return None
            return followed_by(name, found.get("strategy"), found.get("parameters") or {})

        return chain_of(leader, leader_of)[1:]

    def _get(self, *documents: tuple[str, str]) -> list[Fields | None]:
        """Documents by collection and id; a whole account's `*` is none."""
        names = [name_of(self._wire.database, where, which) for where, which in documents if which != ALL]
        found = iter(self._wire.get(names) if names else ())
        read = [None if which == ALL else next(found) for _, which in documents]
        return [None if document is None else document_fields(document) for document in read]


def _gone(leader: LeaderName, account: Fields, bot: Fields | None) -> str | None:
    if account.get("trading_state") == TradingState.HALTED.value:
        return "is on an account that is halted"
    if leader.bot_id == ALL:
        return None
    if bot is None or bot.get("account_id") != leader.account_id:
        return "does not exist"
    if bot.get("deleted") is True:
        return "was deleted"
    if bot.get("desired") == Desired.STOPPED.value:
        return "is stopped"
    return "decides nothing: it has an error" if (bot.get("status") or {}).get("state") == "error" else None


def _fact(standing: Standing, follow: Follow, fields: Fields, now: datetime) -> LeaderFact | None:
    """A document as a fact; None for what nobody copies: a fill of before holdings were written with it, or, of a
    whole account, what a follower in it did.
    """
    whole, account_id = standing.leader.bot_id == ALL, standing.leader.account_id
    if follow is Follow.SIGNALS:
        signal = record_of(SignalRecord, str(fields["id"]), fields)
        assert isinstance(signal, SignalRecord)
        if whole and signal.strategy == COPY:
            return None
        return LeaderFact(
            signal.signal_id, follow, account_id, signal.bot_id, signal.symbol, Side(signal.type.value), signal.price,
            signal.confirmed_at, signal.score, signal.purpose is Purpose.ENTRY,
            age_us=_age_us(standing, fields, "confirmed_at", now), copied=signal.strategy == COPY,
        )  # fmt: skip
    fill = record_of(FillRecord, str(fields["id"]), fields)
    assert isinstance(fill, FillRecord)
    if fill.position is None or fill.equity is None or (whole and fill.net is None):
        return None
    change = fill.quantity * fill.side.sign
    return LeaderFact(
        fill.fill_key, follow, account_id, fill.bot_id, fill.symbol, fill.side, fill.price, fill.filled_at,
        order_id=fill.order_id, before=fill.position - change, after=fill.position,
        net_before=None if fill.net is None else fill.net - change, net_after=fill.net, equity=fill.equity,
        age_us=_age_us(standing, fields, "filled_at", now), copied=fill.net is None,
    )  # fmt: skip


def _age_us(standing: Standing, fields: Fields, happened: str, now: datetime) -> int:
    """Wall microseconds since it happened; where that is told by a market's own clock, since it was written."""
    since = fields["updated_at" if standing.simulated else happened]
    return max(0, instant_of(now) - instant_of(since))
