"""Broker keys in requests and answers. A secret is in requests alone. Read by flask-openapi3; used by the routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, RootModel, WithJsonSchema, WrapValidator

from engine.api.models.answers import Answer
from engine.api.models.bodies import Body
from engine.api.models.documents import Part
from engine.api.models.queries import WaitQuery
from engine.domain.angelone_credentials import ANGELONE_FORM
from engine.domain.coinbase_credentials import COINBASE_FORM
from engine.domain.errors import InvalidValue
from engine.domain.key_form import KeyForm

BrokerName = Literal["angelone", "coinbase"]


def _read(form: KeyForm[Any], name: str) -> Callable[[Any], str]:
    """The domain's rule of a field, said in its words, which never quote what was given."""

    def read(value: Any) -> str:
        try:
            return form.read_field(name, value)
        except InvalidValue as error:
            raise ValueError(error.message) from None

    return read


def _field(form: KeyForm[Any], name: str) -> Any:
    return BeforeValidator(_read(form, name)), WithJsonSchema({"type": "string", "writeOnly": True})


class AngelOneBody(Body):
    """What Angel One lets you in with. It is kept sealed, and no answer ever holds it."""

    client_code: Annotated[str, *_field(ANGELONE_FORM, "client_code")] = Field(description="Your client code.")
    pin: Annotated[str, *_field(ANGELONE_FORM, "pin")] = Field(description="The 4 digits that you log in with.")
    totp_secret: Annotated[str, *_field(ANGELONE_FORM, "totp_secret")] = Field(
        description="The base32 text beside the QR code of the broker's two-factor page."
    )
    api_key: Annotated[str, *_field(ANGELONE_FORM, "api_key")] = Field(
        description="Of the API app that you made at the broker."
    )
    registered_ip: Annotated[str, *_field(ANGELONE_FORM, "registered_ip")] = Field(
        default="", description="The IPv4 address registered for that app; without one no order leaves."
    )


class CoinbaseBody(Body):
    """What Coinbase lets you in with. It is kept sealed, and no answer ever holds it."""

    key_name: Annotated[str, *_field(COINBASE_FORM, "key_name")] = Field(
        description="The `name` (or `id`) in the file of the API key."
    )
    private_key: Annotated[str, *_field(COINBASE_FORM, "private_key")] = Field(
        description="The `privateKey` in that file: a PEM of a P-256 key, or the base64 of an Ed25519 key."
    )


BODIES: Mapping[str, type[Body]] = {"angelone": AngelOneBody, "coinbase": CoinbaseBody}


class CredentialsBody(RootModel[Any]):
    """The broker's fields. Which these are the address says, which no model sees: `keys_in` reads them."""

    root: Annotated[AngelOneBody | CoinbaseBody, WrapValidator(lambda given, _: given)]

    def keys_in(self, broker: str) -> Body:
        """As that broker's fields. Raises pydantic's ValidationError, which names each that is wrong."""
        return BODIES[broker].model_validate(self.root)


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
    client_ending: str | None = Field(description="The last letters of the client code or of the key's name.")
    set_at: datetime | None
    test: Examination | None
