"""Broker keys. A secret goes in and never comes out."""

from __future__ import annotations

from flask import Response

from engine.api import credentials as keys
from engine.api.described import API, WRITE_PROBLEMS, problem_responses, resource
from engine.api.models.answers import CommandAnswer
from engine.api.models.credentials import BrokerPath, CredentialsAnswer, CredentialsBody, CredentialsQuery
from engine.api.models.queries import Query

credentials = resource("credentials", "What brokers let you in with.", prefix=f"{API}/credentials")


@credentials.get("/<string:broker>", responses={200: CredentialsAnswer})
def show(path: BrokerPath, query: Query) -> Response:
    """Whether keys are set, since when, and what the last check found. Never the keys."""
    return keys.show(path.broker, query.account_id)


@credentials.put("/<string:broker>", responses={200: CredentialsAnswer, **WRITE_PROBLEMS, **problem_responses(403)})
def put(path: BrokerPath, query: Query, body: CredentialsBody) -> Response:
    """Set your keys of a broker, in place of those set before; the engine uses them from then on.

    A 403 `recent-sign-in` asks for a fresh sign-in.
    """
    return keys.put(path.broker, body, query.account_id)


@credentials.delete("/<string:broker>", responses={200: CredentialsAnswer, **WRITE_PROBLEMS, **problem_responses(403)})
def remove(path: BrokerPath, query: Query) -> Response:
    """Remove your keys of a broker: the engine can't log in there any more. A 403 asks for a fresh sign-in."""
    return keys.remove(path.broker, query.account_id)


@credentials.post("/<string:broker>/test", responses={200: CommandAnswer, 202: CommandAnswer, **WRITE_PROBLEMS})
def test(path: BrokerPath, query: CredentialsQuery) -> Response:
    """Make the check before the open: a line an item, each with what to do. It only reads, and sends no order.

    The engine makes it with the session it has. What it found is in `examinations` as it goes, and in
    `GET /credentials/{broker}` when it is done.
    """
    return keys.test(path.broker, query.account_id)
