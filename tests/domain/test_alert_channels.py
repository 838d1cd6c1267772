"""What a setting says of channels is read or refused by name, never with an address; quiet hours follow their zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.domain.alert_channels import Channel, channels_of
from engine.domain.errors import InvalidValue

SECRET = "xoxb-planted-secret"
QUIET = '[{"url": "json://h/x", "quiet": "22:00-07:00", "zone": "%s"}]'


def only(text: str) -> Channel:
    (channel,) = channels_of(text, "LOCKSTEP_ALERTS")
    return channel


def test_no_setting_is_no_channel() -> None:
    assert channels_of("", "LOCKSTEP_ALERTS") == channels_of("[]", "LOCKSTEP_ALERTS") == ()


def test_an_address_alone_is_a_channel_for_warnings_and_worse_at_any_hour() -> None:
    channel = only(f'["slack://{SECRET}/b/c"]')
    assert (channel.name, channel.least, channel.quiet) == ("slack-1", "warning", None)
    assert [channel.takes(severity) for severity in ("info", "warning", "critical")] == [False, True, True]


def test_an_object_names_the_rest() -> None:
    channel = only('[{"name": "phone", "url": "tgram://t/c", "from": "critical"}]')
    assert (channel.name, channel.takes("warning"), channel.takes("critical")) == ("phone", False, True)


def test_an_address_is_not_shown_by_its_channel() -> None:
    assert SECRET not in repr(only(f'["slack://{SECRET}/b/c"]'))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f'["slack://{SECRET}/b/c"', "is no JSON"),
        (f'{{"url": "slack://{SECRET}"}}', "must be a JSON list"),
        (f'["{SECRET}"]', r"\[1\]: its url must begin with a service"),
        (f'["json://a/b", {{"name": "{SECRET}x"}}]', r"\[2\]: its url"),
        (f'[{{"url": "slack://{SECRET}", "nam": "x"}}]', "has no 'nam'"),
        (f'[{{"url": "slack://{SECRET}", "from": 3}}]', "object of texts"),
        (f'[{{"url": "slack://{SECRET}", "from": "worst"}}]', "its from must be one of info, warning, critical"),
        (f'[{{"url": "slack://{SECRET}", "name": "Ops Room"}}]', "its name must be"),
        (f'[{{"url": "slack://{SECRET}", "quiet": "22-7"}}]', "its quiet must be HH:MM-HH:MM"),
        (f'[{{"url": "slack://{SECRET}", "quiet": "22:00-22:00"}}]', "end when they begin"),
        (f'[{{"url": "slack://{SECRET}", "quiet": "22:00-07:00", "zone": "Mars/Base"}}]', "its zone is not known"),
        (f'[{{"url": "slack://{SECRET}", "zone": "UTC"}}]', "a zone and no quiet hours"),
        (f'[{{"url": "a://{SECRET}", "name": "x"}}, {{"url": "b://{SECRET}", "name": "x"}}]', "two channels 'x'"),
    ],
)
def test_a_setting_that_is_wrong_is_refused_with_what_is_wrong_and_without_an_address(text: str, says: str) -> None:
    with pytest.raises(InvalidValue, match=says) as refused:
        channels_of(text, "LOCKSTEP_ALERTS")
    assert SECRET not in str(refused.value)
    assert str(refused.value).startswith("LOCKSTEP_ALERTS")


@pytest.mark.parametrize(
    ("now", "over"),
    [
        ("2026-03-02T16:29:59+00:00", None),  # 21:59:59 in Kolkata
        ("2026-03-02T16:30:00+00:00", "2026-03-03T01:30:00+00:00"),  # 22:00
        ("2026-03-02T18:29:59+00:00", "2026-03-03T01:30:00+00:00"),  # a second before midnight
        ("2026-03-02T18:30:00+00:00", "2026-03-03T01:30:00+00:00"),  # midnight
        ("2026-03-03T01:29:59+00:00", "2026-03-03T01:30:00+00:00"),
        ("2026-03-03T01:30:00+00:00", None),  # 07:00
    ],
)
def test_quiet_hours_over_midnight_end_in_the_morning_of_their_zone(now: str, over: str | None) -> None:
    channel = only(QUIET % "Asia/Kolkata")
    found = channel.waits_until("warning", datetime.fromisoformat(now))
    assert (None if found is None else found.astimezone(UTC).isoformat()) == over


def test_quiet_hours_follow_their_zones_summer_time() -> None:
    channel = only(QUIET % "Europe/Berlin")
    winter = channel.waits_until("info", datetime(2026, 3, 28, 22, 0, tzinfo=UTC))  # the night the clocks go forward
    assert winter is not None
    assert winter.astimezone(UTC) == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)  # 07:00 is 05:00 UTC from that morning on


def test_quiet_hours_of_one_day_end_on_it() -> None:
    channel = only('[{"url": "json://h/x", "quiet": "12:00-14:00", "zone": "UTC"}]')
    assert channel.waits_until("info", datetime(2026, 3, 2, 13, 0, tzinfo=UTC)) == datetime(2026, 3, 2, 14, tzinfo=UTC)
    assert channel.waits_until("info", datetime(2026, 3, 2, 14, 0, tzinfo=UTC)) is None


def test_what_is_critical_waits_for_no_morning() -> None:
    assert only(QUIET % "UTC").waits_until("critical", datetime(2026, 3, 2, 23, 0, tzinfo=UTC)) is None
