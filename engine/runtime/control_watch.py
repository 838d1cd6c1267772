"""Follows what people want of an account: polls one generation document, reads further only when it moved.

Fed by the control plane; feeds the inbox with the differences, and dead_letters with commands about those.
Level-triggered: what was missed is seen at the next look, and a look that changes nothing puts nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from engine.domain.account import AccountSpec, Desired
from engine.domain.errors import OperatingError
from engine.domain.events import BotChanged, BotRemoved, CommandReceived, HaltChanged, PolicyChanged
from engine.ports import BotDocument, ControlPlane
from engine.runtime.inbox import Inbox

POLL_S = 0.5
_log = structlog.get_logger()


class ControlWatch:
    """Remembers what it has passed on. `carry_out` does a command that is the runtime's; it is False for all others."""

    def __init__(
        self,
        control: ControlPlane,
        account: AccountSpec,
        inbox: Inbox,
        carry_out: Callable[[CommandReceived], bool] = lambda command: False,
    ) -> None:
        self._control = control
        self._carry_out = carry_out
        self._account_id = account.account_id
        self._inbox = inbox
        self._generation: tuple[int, int] | None = None
        self._bots: dict[str, BotDocument] = {}
        self._policy = account.risk_policy
        self._halt: tuple[bool, str] = (False, "")
        self._commands: set[str] = set()

    def begin_halted(self, halted: bool, reason: str) -> None:
        """What the recovered account already knows of halts."""
        self._halt = (halted, reason) if halted else (False, "")

    def begin_answered(self, commands: frozenset[str]) -> None:
        """Commands that were carried out before the restart, though the store does not know it yet."""
        self._commands |= commands

    def look(self) -> bool:
        """Read what moved and pass it on; True when anything had moved. Raises OperatingError."""
        generation = self._control.generation(self._account_id)
        if generation == self._generation:
            return False
        self._look_at_bots()
        policy = self._control.policy(self._account_id)
        if policy is not None and policy != self._policy:
            self._policy = policy
            self._inbox.put(PolicyChanged(policy))
        halt = self._control.halt(self._account_id)
        if halt[0] != self._halt[0]:
            self._inbox.put(HaltChanged(halt[0], halt[1]))
        self._halt = halt
        for command in self._control.open_commands(self._account_id):
            if command.command_id not in self._commands:
                self._commands.add(command.command_id)
                if not self._carry_out(command):
                    self._inbox.put(command)
        self._generation = generation
        return True

    def _look_at_bots(self) -> None:
        found = {bot.spec.bot_id: bot for bot in self._control.bots(self._account_id)}
        for bot_id in sorted(found):
            bot = found[bot_id]
            if bot.deleted:
                if self._bots.get(bot_id) != bot:
                    # An engine that never met the bot must meet it to let it go; prices may come in between the two.
                    self._inbox.put(BotChanged(bot.spec, Desired.STOPPED, bot.generation))
                    self._inbox.put(BotRemoved(bot_id))
            elif self._bots.get(bot_id) != bot:
                self._inbox.put(BotChanged(bot.spec, bot.desired, bot.generation))
        for bot_id in sorted(self._bots.keys() - found.keys()):
            if not self._bots[bot_id].deleted:
                self._inbox.put(BotRemoved(bot_id))
        self._bots = found

    def run(self, stop: threading.Event, each: Callable[[], None]) -> None:
        """Look every half second until stopped; a store that does not answer is looked at again."""
        troubled = False
        while not stop.wait(POLL_S):
            try:
                self.look()
                each()
                if troubled:
                    _log.info("control plane answers again", account=self._account_id)
                troubled = False
            except OperatingError as error:
                if not troubled:
                    _log.warning("control plane does not answer", account=self._account_id, error=str(error))
                troubled = True
