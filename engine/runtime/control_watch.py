"""Follows what people want of an account: polls its generation, reads further only when that moved.

Fed by the control plane; feeds the inbox with the differences, and dead_letters with commands about those.
Level-triggered: what was missed is seen at the next look, and a look that changes nothing puts nothing.

A look is two documents read, and most find nothing: so looks are rare while nobody is there to wait for one. An API in
the same container rings when it has written, and then it is looked at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from engine.domain.account import AccountSpec, Desired
from engine.domain.errors import Fenced, OperatingError
from engine.domain.events import BotChanged, BotRemoved, CommandReceived, PolicyChanged
from engine.domain.risk import RiskPolicy
from engine.ports import Bell, BotDocument, Clock, ControlPlane
from engine.runtime.inbox import Inbox
from engine.runtime.stop_wishes import StopWishes

POLL_S = 2.0  # 3,600 reads an hour; an API elsewhere can't ring, and whoever calls it waits this long at most
WATCHED_POLL_S = 0.5  # a person looks at the screen
BUSY_S = 30.0  # after something moved: people rarely do one thing alone
LISTEN_S = 0.1  # how soon a ring is heard
_log = structlog.get_logger()


class Rhythm:
    """When to look: at a ring, each half second while a screen watches or something moved lately, else every two."""

    def __init__(self, clock: Clock, watched: Callable[[], bool], bell: Bell | None) -> None:
        self._clock = clock
        self._watched = watched
        self._bell = bell
        self._rang = True  # the first look is due
        self._looked_at = self._busy_until = clock.monotonic()

    def due_s(self) -> float:
        """Seconds until the next look; 0.0 when it is time."""
        now = self._clock.monotonic()
        if self._bell is not None and self._bell.rung():
            self._rang, self._busy_until = True, now + BUSY_S
        if self._rang:
            return 0.0
        pause_s = WATCHED_POLL_S if now < self._busy_until or self._watched() else POLL_S
        return max(0.0, self._looked_at + pause_s - now)

    def looked(self, *, moved: bool) -> None:
        """A look was made, whether or not it could be read."""
        self._rang = False
        self._looked_at = self._clock.monotonic()
        if moved:
            self._busy_until = self._looked_at + BUSY_S


class ControlWatch:
    """Remembers what it has passed on. `carry_out` does a command that is the runtime's; it is False for all others.

    `watched` says whether a screen is known to be watching; `bell` is rung by an API of the same container.
    """

    def __init__(
        self,
        control: ControlPlane,
        account: AccountSpec,
        inbox: Inbox,
        clock: Clock,
        *,
        carry_out: Callable[[CommandReceived], bool] = lambda command: False,
        watched: Callable[[], bool] = lambda: False,
        bell: Bell | None = None,
    ) -> None:
        self._control = control
        self._carry_out = carry_out
        self._account_id = account.account_id
        self._inbox = inbox
        self._generation: tuple[int, int] | None = None
        self._bots: dict[str, BotDocument] = {}
        self._policy = account.risk_policy
        self.stops = StopWishes(control, account.account_id, inbox.put, clock)
        self._commands: set[str] = set()
        self._rhythm = Rhythm(clock, watched, bell)

    def begin_policy(self, policy: RiskPolicy) -> None:
        """What the recovered account knows to have been set last."""
        self._policy = policy

    def begin_answered(self, commands: frozenset[str]) -> None:
        """Commands that were carried out before the restart, though the store does not know it yet."""
        self._commands |= commands

    def look(self) -> bool:
        """Read what moved and pass it on; True when anything had moved. Raises OperatingError."""
        generation = self._control.generation(self._account_id)
        self.stops.look_at_kill()
        if generation == self._generation:
            return False
        self._refuse_to_go_back(generation)
        self._look_at_bots()
        policy = self._control.policy(self._account_id)
        if policy is not None and policy != self._policy:
            self._policy = policy
            self._inbox.put(PolicyChanged(policy))
        self.stops.look()
        for command in self._control.open_commands(self._account_id):
            if command.command_id not in self._commands:
                self._commands.add(command.command_id)
                if not self._carry_out(command):
                    self._inbox.put(command)
        self._generation = generation
        return True

    def _refuse_to_go_back(self, generation: tuple[int, int]) -> None:
        """A generation only grows. Read from a store that was put back or emptied, every bot would be gone and every
        halt lifted: positions would be closed, and a halted account would trade.
        """
        if any(now < before for now, before in zip(generation, self._generation or (0, 0), strict=True)):
            raise Fenced(
                f"the controls of {self._account_id} went back from {self._generation} to {generation}: "
                "the store was put back or emptied"
            )

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

    def look_if_due(self) -> bool:
        """Look when it is time to; True when it was. Raises OperatingError."""
        if self._rhythm.due_s() > 0.0:
            return False
        moved = False
        try:
            moved = self.look()
        finally:
            self._rhythm.looked(moved=moved)
        return True

    def run(self, stop: threading.Event, each: Callable[[], None]) -> None:
        """Look in its rhythm until stopped, and call `each` after; a store that does not answer is looked at again.

        Raises Fenced when the store is no longer the one that was read before.
        """
        troubled = False
        while not stop.wait(min(LISTEN_S, self._rhythm.due_s())):
            try:
                if not self.look_if_due():
                    continue
                each()
                if troubled:
                    _log.info("control plane answers again", account=self._account_id)
                troubled = False
            except Fenced:
                raise
            except OperatingError as error:
                if not troubled:
                    _log.warning("control plane does not answer", account=self._account_id, error=str(error))
                troubled = True
