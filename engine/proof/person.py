"""The people of the world: what they ask for comes as documents, as the API writes it. Driven by world.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from engine.adapters.firestore.reader import FirestoreDocuments
from engine.core.state import State
from engine.domain.account import AccountSpec
from engine.domain.instant import MINUTE
from engine.domain.order import Side
from engine.ports import Transaction
from engine.proof.exchange import Exchange
from engine.proof.market import SYMBOLS
from engine.proof.occasions import Occasions, WorldClock
from engine.proof.storage import Store


class Person:
    """One user with a screen, who reaches the store whatever ails the engine's own way to it."""

    def __init__(self, account: AccountSpec, store: Store, clock: WorldClock, occasions: Occasions) -> None:
        self._account = account
        self._occasions = occasions
        self._clock = clock
        self._documents = FirestoreDocuments(store.wire, clock, lambda: 0.5)
        self._asked = 0
        self._halted = False
        self._decided_at: dict[str, int] = {}

    def act(self, state: State, bot_id: str) -> None:
        """Do one of the things that people do."""
        chance = self._occasions.chance
        orders = state.open_orders()
        match chance.pick(("close", "cancel", "halt", "sync")):
            case "close":
                self._command("close_position", {"bot_id": bot_id, "symbol": chance.pick(SYMBOLS)})
            case "cancel" if orders:
                self._command("cancel_order", {"order_id": chance.pick(orders).order_id})
            case "halt":
                self.halt(not self._halted)
            case _:
                self._command("sync_orders", {})

    def arm(self) -> None:
        """Arm a live account for longer than the schedule lasts."""
        now = self._clock.now()
        armed = {"until": now + timedelta(hours=20), "by": self._account.user_id, "at": now}
        self._write("controls", self._account.account_id, {"halted": False, "armed": armed})

    def halt(self, halted: bool) -> None:
        """Halt the account, or lift the halt."""
        self._occasions.note("person", "halts" if halted else "resumes")
        self._halted = halted
        reason = "halted by hand" if halted else None
        self._write("controls", self._account.account_id, {"halted": halted, "halted_reason": reason})

    def resume(self) -> None:
        """Lift the halt, where there is one."""
        if self._halted:
            self.halt(False)

    def decide(self, state: State) -> None:
        """Adopt each difference that waits for a word, once in a while."""
        for standing in state.truth.open():
            identity = standing.difference_id
            if standing.kind == "unknown_order" or self._occasions.now < self._decided_at.get(identity, 0):
                continue
            self._decided_at[identity] = self._occasions.now + MINUTE
            resolution = "flatten" if standing.kind in ("foreign_order", "late_order") else "adopt"
            self._command("resolve_difference", {"difference_id": identity, "resolution": resolution, "by": "ann"})

    def trade_by_hand(self, exchange: Exchange) -> None:
        """Trade the same account in another program."""
        chance = self._occasions.chance
        symbol = chance.pick(SYMBOLS)
        if symbol in exchange.prices:
            side = chance.pick((Side.BUY, Side.SELL))
            exchange.by_hand(symbol, side, Decimal(chance.whole(1, 30)), rests=chance.happens(0.3))

    def _command(self, kind: str, arguments: Mapping[str, str]) -> None:
        self._asked += 1
        words = " ".join(arguments.values())
        self._occasions.note("person", f"asks: {kind} {words}".rstrip())
        self._write("commands", f"command-{self._asked}", {
            "kind": kind, "arguments": dict(arguments), "state": "accepted", "result": {},
            "requested_by": self._account.user_id, "requested_at": self._clock.now(), "sequence": 0,
        })  # fmt: skip

    def _write(self, collection: str, document_id: str, fields: dict[str, Any]) -> None:
        own = {
            "user_id": self._account.user_id,
            "account_id": self._account.account_id,
            "mode": self._account.mode.value,
            "updated_at": self._clock.now(),
        }

        def work(transaction: Transaction) -> dict[str, Any]:
            if transaction.get(collection, document_id) is None:
                transaction.create(collection, document_id, {**own, **fields})
            else:
                transaction.update(collection, document_id, fields)
            return {}

        self._documents.change(self._account.account_id, work)
