"""Events to bytes and back, for recordings: MessagePack by field name. Used by steps.py.

A field that a later version adds has its default when an older recording is read, one that it drops is passed over; so
a recording outlives most changes of the code. Decimals are text (exact), enums their values, instants microseconds.
Nothing secret can be in an event: keys of brokers and tokens never reach the engine.
"""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

import msgspec

from engine.domain.errors import LockstepError
from engine.domain.events import Event, Recovered
from engine.outbox import codec

PACK = msgspec.msgpack.Encoder(decimal_format="string")


class Unreadable(LockstepError):
    """A recorded event that this version can't read; the message says which and why."""


def encode_event(event: Event) -> tuple[str, bytes]:
    """The event's type and its fields."""
    if isinstance(event, Recovered):  # its records are of many types: each says its own
        frames = [codec.encode(record) for record in event.records]
        return "Recovered", PACK.encode({"records": frames, "sequence": event.sequence})
    return type(event).__name__, PACK.encode(event)


def decode_event(kind: str, body: bytes) -> Event:
    """The event again. Raises Unreadable for a type or fields that this version does not know."""
    made = event_types().get(kind)
    if made is None:
        raise Unreadable(f"it has an event {kind!r}, which this version does not know")
    try:
        if made is Recovered:
            fields = msgspec.msgpack.decode(body)
            return Recovered(tuple(codec.decode(frame) for frame in fields["records"]), fields["sequence"])
        event: Event = decoder_of(made).decode(body)
    except (msgspec.MsgspecError, codec.CodecError, KeyError, TypeError) as error:
        raise Unreadable(f"its event {kind} can't be read by this version: {error}") from error
    return event


@cache
def event_types() -> dict[str, type]:
    """Every event by its name."""
    return {kind.__name__: kind for kind in get_args(Event)}


@cache
def decoder_of(kind: type) -> msgspec.msgpack.Decoder[Any]:
    """The decoder of a type. Raises TypeError for one whose fields can't be told apart."""
    return msgspec.msgpack.Decoder(kind)
