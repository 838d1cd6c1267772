"""Answers about the channels of alerts, for the OpenAPI document."""

from __future__ import annotations

from engine.api.models.answers import Answer
from engine.api.models.documents import Part


class ChannelTrial(Part):
    """What came of a test message; `detail` says why it did not arrive."""

    channel: str
    delivered: bool
    detail: str | None


class AlertTestAnswer(Answer):
    """What came of a test message to each channel; empty where none is set."""

    items: list[ChannelTrial]
