"""What a broker's keys are made of, field by field, as a person types them. Each broker's file of credentials declares
its form; settings, API and vault read and write keys through it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from engine.domain.errors import InvalidValue

K = TypeVar("K")
NAME_SHOWN_MAX = 40  # of a field that nobody knows: somebody's secret may stand there


@dataclass(frozen=True, slots=True)
class KeyForm(Generic[K]):
    """One broker's. `make` is the class of its keys; `rules` check and tidy each field, in the order people are asked
    for them; `left_out` says what stands for a field that need not be given. No message ever quotes a value.
    """

    make: Callable[..., K]
    rules: Mapping[str, Callable[[str], str]]
    left_out: Mapping[str, str] = field(default_factory=dict)

    def read_field(self, name: str, value: object) -> str:
        """One field, without blanks around it and as its rule makes it. Raises InvalidValue."""
        if not isinstance(value, str):
            raise InvalidValue(name, "is missing" if value is None else "must be a text")
        return self.rules[name](value.strip())

    def read(self, values: Mapping[str, Any]) -> K:
        """All fields. Raises InvalidValue for the first that is wrong, missing or unknown."""
        for name in values:
            if name not in self.rules:
                raise InvalidValue(str(name)[:NAME_SHOWN_MAX], f"is unknown; there are {', '.join(self.rules)}")
        given = {**self.left_out, **values}
        return self.make(**{name: self.read_field(name, given.get(name)) for name in self.rules})

    def check(self, keys: K) -> None:
        """For keys at their birth: each field is as its rule makes it. Raises InvalidValue."""
        for name in self.rules:
            if getattr(keys, name) != self.read_field(name, getattr(keys, name)):
                raise InvalidValue(name, "is not written as it must be: blanks, line breaks, small or capital letters")

    def as_bytes(self, keys: K) -> bytes:
        """For sealing, and for nothing else."""
        return json.dumps({name: getattr(keys, name) for name in self.rules}).encode()

    def from_bytes(self, plain: bytes) -> K:
        """The inverse. Raises InvalidValue."""
        try:
            values = json.loads(plain)
        except ValueError:
            raise InvalidValue("credentials", "can't be read") from None
        if not isinstance(values, dict):
            raise InvalidValue("credentials", "can't be read")
        return self.read(values)
