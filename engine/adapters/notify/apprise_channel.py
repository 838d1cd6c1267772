"""One channel of alerts by apprise: Slack, e-mail, Telegram, or any other of its services. Fed by runtime/alert_sender.

The address holds secrets. Nothing here says it: what apprise tells of a failure is shown without any part of it, and
so is what apprise and the HTTP library log, which quote it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from functools import cache
from urllib.parse import unquote

from apprise import Apprise, AppriseAsset, AppriseResult, NotifyFormat, NotifyType, PersistentStoreMode

from engine.domain.alert_channels import Channel
from engine.domain.alert_kinds import CRITICAL, INFO, WARNING
from engine.domain.errors import InvalidValue, OutcomeUnknown

SEND_S = 10.0  # one attempt's bound: apprise gives up then, and so the thread that sends is never held for longer
HIDDEN = "…"
_PART_MIN = 3  # shorter parts of an address are no secret, and would blot out half of every sentence
_SEVERITY = {INFO: NotifyType.INFO, WARNING: NotifyType.WARNING, CRITICAL: NotifyType.FAILURE}


class AppriseChannel:
    """See ports.Notifier."""

    def __init__(self, channel: Channel) -> None:
        """Raises InvalidValue for an address that apprise can't use."""
        self.name = channel.name
        self._secrets = _parts(channel.url)
        _hiding().secrets |= self._secrets
        asset = AppriseAsset(
            app_id="Lockstep",
            app_desc="Lockstep",
            async_mode=False,
            storage_mode=PersistentStoreMode.MEMORY,
            service_timeout=SEND_S,
        )
        self._apprise = Apprise(asset=asset)
        if not self._apprise.add(channel.url) or len(self._apprise) != 1:
            raise InvalidValue("channel", f"{channel.name}: apprise can't use its url")

    def send(self, severity: str, title: str, body: str) -> None:
        """See ports.Notifier. Raises OutcomeUnknown, with what the service said."""
        try:
            result = self._apprise.notify(
                body=body, title=title, notify_type=_SEVERITY[severity], body_format=NotifyFormat.TEXT
            )
        except Exception as error:  # noqa: BLE001 - one service of many that breaks; its error may quote the address
            raise OutcomeUnknown(self._hidden(f"{type(error).__name__}: {error}")) from None
        if not result:
            raise OutcomeUnknown(self._hidden(_said(result)))

    def _hidden(self, text: str) -> str:
        return _hidden(text, self._secrets)[:300]


def _said(result: AppriseResult | bool | None) -> str:
    """The last thing that apprise warned of, or that it took too long."""
    if not isinstance(result, AppriseResult):
        return "apprise could not send it"
    if result.timeout_count:
        return f"no answer within {SEND_S:.0f} s"
    told = [entry.message for entry in result.logs() if entry.level in ("WARNING", "ERROR", "CRITICAL")]
    return told[-1] if told else "the service did not take it"


def _parts(url: str) -> frozenset[str]:
    """Every part of an address behind its scheme, as written and decoded."""
    rest = url.partition("://")[2]
    parts = {rest, *re.split(r"[/:@?&=,;+#]", rest)}
    return frozenset(part for part in parts | {unquote(part) for part in parts} if len(part) >= _PART_MIN)


class _Hiding(logging.Filter):
    """Blots the parts of every channel's address out of what a library logs, before any handler has it."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: frozenset[str] = frozenset()

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without secrets."""
        record.msg, record.args, record.exc_info = _hidden(record.getMessage(), self.secrets), (), None
        return True


@cache
def _hiding() -> _Hiding:
    """The process's one; put where apprise and the HTTP library under it log, once."""
    hiding = _Hiding()
    for name in ("apprise", "urllib3.connectionpool", "requests_oauthlib", "urllib3.util.retry"):
        logging.getLogger(name).addFilter(hiding)
    logging.getLogger("apprise").propagate = False  # a result has its own log, and the sender says what it says
    return hiding


def _hidden(text: str, secrets: Iterable[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text
