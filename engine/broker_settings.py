"""What the environment says of any broker: whether orders go there, where it is, as whom. Used by the settings of each,
so that all brokers are told and refused alike.

What lets the person in comes from the vault (PUT /credentials/{broker}) or, for machines that nobody clicks on, from
variables or a mounted file; never from both halves of two.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from engine.domain.errors import InvalidValue
from engine.domain.key_form import KeyForm
from engine.variables import in_cloud

K = TypeVar("K")
_LOOPBACK = re.compile(r"(https?)://127\.0\.0\.1:\d{1,5}")


@dataclass(frozen=True, slots=True)
class BrokerVariables(Generic[K]):
    """One broker's words. `market` is its name as feed and venue, `title` as people know it; `at` is the variable with
    a loopback broker's address, `keys` those of its keys with the fields they fill, `file` that of a mounted file;
    `schemes` are those of a loopback address; `unfold` makes the fields of what such a file holds.
    """

    market: str
    title: str
    at: str
    keys: Mapping[str, str]
    file: str
    form: KeyForm[K]
    schemes: tuple[str, ...] = ("https", "http")
    unfold: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict

    def place(self, env: Mapping[str, str], feed: str, firestore: str | None) -> tuple[bool, str | None] | None:
        """Whether orders go there, and the loopback broker to rehearse at; None where nothing is traded on its prices.

        `firestore` is the emulator's address, if any: what a real account did must not die with an emulator. Raises
        InvalidValue for what does not go together.
        """
        live = env.get("LOCKSTEP_VENUE") == self.market
        if feed != self.market:
            if live:
                why = f"{self.market} needs LOCKSTEP_FEED={self.market}, not {feed}"
                raise InvalidValue("LOCKSTEP_VENUE", f"{why}: a live account trades on its own broker's prices")
            if env.get(self.at):
                why = f"is set, and LOCKSTEP_FEED is {feed}: only the market {self.market} is rehearsed there"
                raise InvalidValue(self.at, why)
            return None
        if env.get("LOCKSTEP_LIVE_REHEARSAL") == "1":
            why = f"is of the practice venue; a day at {self.title} is rehearsed with {self.at}"
            raise InvalidValue("LOCKSTEP_LIVE_REHEARSAL", why)
        at = self._rehearsed_at(env)
        if live and at is None and firestore is not None:
            why = f"is {self.market}, with the Firestore emulator: what a live account did must outlive it. Leave"
            raise InvalidValue("LOCKSTEP_VENUE", f"{why} FIRESTORE_EMULATOR_HOST out, or rehearse with {self.at}")
        return live, at

    def needs_bots(self, env: Mapping[str, str]) -> None:
        """Raises InvalidValue where no file names the bots; the API alone needs none."""
        if not env.get("LOCKSTEP_BOTS") and env.get("LOCKSTEP_ROLE") != "api":
            why = f"is not set: name the file of the bots that trade on {self.title}'s prices"
            raise InvalidValue("LOCKSTEP_BOTS", why)

    def credentials(self, env: Mapping[str, str]) -> K | None:
        """Those of the environment, all or none. Raises InvalidValue, which never quotes a value."""
        said = {name: env[name] for name in self.keys if env.get(name)}
        file = env.get(self.file, "")
        if said and file:
            why = f"is set, and {', '.join(said)} too: give the credentials in one of the two ways"
            raise InvalidValue(self.file, why)
        if file:
            return self._of_file(file)
        if not said:
            return None
        for name, field in self.keys.items():
            if name not in said and field not in self.form.left_out:
                why = f"is not set, while {next(iter(said))} is: give all of them, or none and use the vault"
                raise InvalidValue(name, why)
        try:
            return self.form.read({self.keys[name]: value for name, value in said.items()})
        except InvalidValue as error:
            named = next((name for name, field in self.keys.items() if field == error.field), error.field)
            raise InvalidValue(named, error.message) from None

    def _rehearsed_at(self, env: Mapping[str, str]) -> str | None:
        address = env.get(self.at) or None
        if address is None:
            return None
        if in_cloud(env):
            raise InvalidValue(self.at, "is set in Cloud Run: a rehearsal runs on one machine, with its broker")
        found = _LOOPBACK.fullmatch(address)
        if found is None or found[1] not in self.schemes:
            why = f"{address!r} is not a broker on this machine: {self.schemes[0]}://127.0.0.1:port"
            raise InvalidValue(self.at, why)
        return address

    def _of_file(self, file: str) -> K:
        """A mounted secret: an object in JSON with the fields."""
        try:
            said = json.loads(Path(file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InvalidValue(self.file, f"{file} can't be read as JSON: {type(error).__name__}") from None
        if not isinstance(said, dict):
            raise InvalidValue(self.file, f"{file} must hold an object with {', '.join(self.keys.values())}")
        try:
            return self.form.read(self.unfold(said))
        except InvalidValue as error:
            raise InvalidValue(self.file, f"{file}, {error.field}: {error.message}") from None
