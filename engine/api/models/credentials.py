"""Broker keys in requests and answers. A secret is in requests alone. Read by flask-openapi3; used by the routes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from engine.api.models.answers import Answer
from engine.api.models.bodies import Body
from engine.api.models.documents import Part
from engine.api.models.queries import WaitQuery
from engine.domain.credentials import read_field
from engine.domain.errors import InvalidValue

BrokerName = Literal["angelone"]


def _read(name: str) -> Callable[[Any], str]:
    """The domain's rule of a field, said in its words, which never quote what was given."""

    def read(value: Any) -> str:
        try:
            return read_field(name, value)
        except InvalidValue as error:
            raise ValueError(error.message) from None

    return read


def _field(name: str) -> Any:
    return BeforeValidator(_read(name)), WithJsonSchema({"type": "string", "writeOnly": True})


class CredentialsBody(Body):
    """What the broker lets you in with. It is kept sealed, and no answer ever holds it."""

    client_code: Annotated[str, *_field("client_code")] = Field(description="Your client code.")
    pin: Annotated[str, *_field("pin")] = Field(description="The 4 digits that you log in with.")
    totp_secret: Annotated[str, *_field("totp_secret")] = Field(
        description="The base32 text beside the QR code of the broker's two-factor page."
    )
    api_key: Annotated[str, *_field("api_key")] = Field(description="Of the API app that you made at the broker.")
    registered_ip: Annotated[str, *_field("registered_ip")] = Field(
        default="", description="The IPv4 address registered for that app; without one no order leaves."
    )


class BrokerPath(BaseModel):
    """Which broker."""

    broker: BrokerName


class CredentialsQuery(WaitQuery):
    """The account whose engine is asked; without one that which trades at the broker, else the only one."""


class FindingItem(Part):
    """A line of the check before the open."""

    name: str
    grade: Literal["green", "amber", "red"]
    says: str
    do: str = Field(description="What you should do; empty where nothing.")


class Examination(Part):
    """The check before the open, as it was made last."""

    account_id: str = Field(description="The account whose engine made it.")
    command_id: str = Field(description="The command that asked for it.")
    state: Literal["running", "done", "failed"]
    began_at: datetime
    ended_at: datetime | None
    grade: Literal["green", "amber", "red"] | None
    failed: str | None = Field(description="Why it could not be made.")
    findings: list[FindingItem]


class CredentialsAnswer(Answer):
    """Whether keys are set: never which."""

    broker: BrokerName
    set: bool
    client_ending: str | None = Field(description="The client code's last letters.")
    set_at: datetime | None
    test: Examination | None
