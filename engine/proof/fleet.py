"""The engine processes of a world: one that has the account, others that come for it, pauses amid work, deaths. Moved
by world.py; each process is an Instance.

A process that dies comes back on its own disk, unless that is lost. A successor is a process on another machine: it has
a disk of its own, and stands by until the lease is free. Meanwhile the one before goes on, hangs (as after SIGSTOP: it
wakes up where it was), dies, loses its way to the store, or goes in order.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from engine.domain.errors import JournalSuperseded, LeaseHeld, OperatingError
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.market import Tick
from engine.proof.instance import Instance, Surroundings
from engine.proof.occasions import Crashed
from engine.proof.storage import Disk
from engine.proof.watcher import Watcher

FATES = ("goes_on", "hangs", "dies", "is_cut_off", "goes")
PAUSES_S = (3.0, 9.0, 15.0, 40.0, 90.0)  # below and above what a lease lasts
STANDS_BY = 8 * SECOND  # a successor of one that goes on gives up after so long
LOOK_AGAIN = SECOND
COMES_BACK = 0.5  # how often one that another has succeeded is started again beside it


@dataclass(slots=True)
class Alive:
    """A process that has the account, or believes so."""

    instance: Instance
    paused: bool = False


@dataclass(slots=True)
class Coming:
    """A process that wants the account and does not have it yet."""

    disk: Disk
    look_at: Instant = 0
    until: Instant | None = None  # when it gives up


class Fleet:
    """Every process of one schedule. `pass_time` moves the whole world one step on, all but what is paused."""

    def __init__(self, around: Surroundings, watcher: Watcher, pass_time: Callable[[], None]) -> None:
        self._around = around
        self._watcher = watcher
        self._pass_time = pass_time
        self._occasions = around.occasions
        self._slowness = 0.0  # how often a loop does not get its turn
        self._disks = 0
        self._alive: dict[str, Alive] = {}
        self._coming = [Coming(self._new_disk())]
        self._hangs_next = ""
        self._rejoined_at: Instant = 0
        self._had_one = False
        self.lives = 0
        self.starts = 0  # of those, how many came to have the account
        self._occasions.pause = self.pause

    @property
    def owner(self) -> Instance | None:
        """The process that took the account last, where it lives and is not paused."""
        for alive in reversed(self._alive.values()):
            if not alive.paused:
                return alive.instance
        return None

    @property
    def alone(self) -> bool:
        """Whether one process has the account and no other wants it."""
        return len(self._alive) == 1 and not self._coming

    def hear(self, tick: Tick) -> None:
        """A price reaches every process."""
        for alive in self._alive.values():
            alive.instance.session.inbox.put(Tick(tick.symbol, tick.at, tick.price, tick.quantity))

    def step(self) -> None:
        """Processes that are due try to start; of those that run, each gets some of its turns."""
        now, store = self._occasions.now, self._around.store
        if now >= self._rejoined_at:
            store.cut_off = ""
        self._coming = [one for one in self._coming if one.until is None or one.until > now or not self._alive]
        for one in [one for one in self._coming if one.look_at <= now]:
            self._try_to_start(one)
        for name in self._occasions.chance.shuffled(list(self._alive)):
            if name in self._alive and not self._alive[name].paused:
                self._turns(name)

    def succeed(self) -> None:
        """Another process comes for the account, and something becomes of the one that has it."""
        chance, old = self._occasions.chance, self.owner
        if old is None or self._coming:
            return
        fate = chance.pick(FATES)
        self._occasions.met[f"successor: {fate}"] += 1
        self._occasions.note("world", f"a successor comes; {old.name} {fate.replace('_', ' ')}")
        coming = Coming(self._new_disk(), self._occasions.now)
        self._coming.append(coming)
        match fate:
            case "goes_on":
                coming.until = self._occasions.now + STANDS_BY
            case "hangs":
                self._hangs_next = old.name
            case "dies":
                del self._alive[old.name]
            case "is_cut_off":
                self._around.store.cut_off = old.name
                self._rejoined_at = self._occasions.now + round(chance.between(5, 120) * SECOND)
            case _:
                del self._alive[old.name]
                with suppress(Crashed):  # it dies while it goes
                    old.let_go()

    def pause(self, name: str, where: str) -> None:
        """A boundary amid a process's work. Where its time has come, it hangs: all else goes on meanwhile."""
        if self._hangs_next != name and not self._occasions.happens("hang"):
            return
        alive = self._alive.get(name)
        if alive is None or any(one.paused for one in self._alive.values()):
            return
        self._hangs_next = ""
        alive.paused = True
        self._occasions.note(name, f"hangs {where}")
        until = self._occasions.now + round(self._occasions.chance.pick(PAUSES_S) * SECOND)
        while self._occasions.now < until:
            self._pass_time()
        alive.paused = False
        self._occasions.note(name, "wakes up")
        if len(self._alive) > 1:
            self._occasions.met["woke up beside another"] += 1

    def sleep(self, lasts: Instant) -> None:
        """Every process ends, and is started again on its own disk once so much time has passed."""
        for alive in self._alive.values():
            self._coming.append(Coming(alive.instance.disk, self._occasions.now + lasts))
        self._alive.clear()

    def tire(self) -> None:
        """From now on machines may be slow."""
        self._slowness = self._occasions.chance.pick((0.0, 0.2, 0.5))

    def calm_down(self) -> None:
        """No more overlaps: who still stands by gives up, as soon as one has the account. Every loop gets its turns."""
        self._hangs_next, self._rejoined_at, self._slowness = "", 0, 0.0
        for one in self._coming:
            one.until = self._occasions.now + MINUTE

    def drained(self) -> Instance | None:
        """The owner, once it has taken what is in its inbox and delivered what waits; None where that is its end."""
        owner = self.owner
        if owner is None:
            return None
        try:
            owner.drain()
        except (Crashed, OperatingError) as error:
            self._occasions.note(owner.name, f"ends: {type(error).__name__}")
            self._die(owner.name)
            return None
        return owner

    def renew(self) -> None:
        """Those that run renew their leases, where that is due, and do nothing else."""
        for name in list(self._alive):
            if not self._alive[name].paused:
                self._turns(name, only="lease")

    def _turns(self, name: str, only: str = "") -> None:
        chance, instance = self._occasions.chance, self._alive[name].instance
        for loop in chance.shuffled([loop for loop in instance.due() if only in ("", loop)]):
            if chance.happens(self._slowness):
                continue
            try:
                instance.turn(loop)
            except Crashed:
                self._die(name)
                return
            except OperatingError as error:
                self._occasions.note(name, f"ends: {loop}: {type(error).__name__}")
                self._die(name)
                return
            if name not in self._alive:
                return
        self._watcher.look_at(instance.disk)

    def _try_to_start(self, coming: Coming) -> None:
        self.lives += 1
        name = f"engine-{self.lives}"
        past = "from the journal" if coming.disk.last_sequence else "from the store" if self._had_one else "anew"
        made = Instance(
            name,
            self._around,
            coming.disk,
            lambda order: self._watcher.leaves(order, coming.disk, name, made.amid_difference(order.symbol)),
        )
        try:
            made.start()
        except JournalSuperseded:
            self._occasions.note(name, f"finds {coming.disk.name} overtaken, and puts it aside")
            self._occasions.met["start: the journal is overtaken"] += 1
            coming.disk = self._new_disk()
        except LeaseHeld:
            self.lives -= 1
            coming.look_at = self._occasions.now + LOOK_AGAIN
            self._occasions.met["start: stood by"] += 1
        except Crashed:
            self._coming.remove(coming)
            self._come_back(coming.disk)
        except OperatingError as error:
            self._occasions.note(name, f"can't start: {type(error).__name__}: {error}")
            coming.look_at = self._occasions.now + LOOK_AGAIN
        else:
            self._occasions.note(name, f"has the account, on {coming.disk.name}")
            self._occasions.met[f"start: {past}"] += 1
            self._coming.remove(coming)
            self._alive[name] = Alive(made)
            self.starts += 1
            self._had_one = True

    def _die(self, name: str) -> None:
        """The process is gone, and is started again; for a while only where another has the account or wants it."""
        disk = self._alive.pop(name).instance.disk
        if not self._alive and not self._coming:
            self._come_back(disk)
        elif not self._occasions.calm and self._occasions.chance.happens(COMES_BACK):
            self._coming.append(Coming(disk, self._occasions.now + LOOK_AGAIN, self._occasions.now + MINUTE))

    def _come_back(self, disk: Disk) -> None:
        occasions = self._occasions
        pause_s = occasions.chance.between(1, 180) if occasions.happens("slow_start") else 1.0
        if occasions.happens("disk_lost"):
            occasions.note("world", f"{disk.name} is lost")
            disk = self._new_disk()
        self._coming.append(Coming(disk, occasions.now + round(pause_s * SECOND)))

    def _new_disk(self) -> Disk:
        self._disks += 1
        return Disk(f"disk-{self._disks}", self._around.clock, self._occasions)
