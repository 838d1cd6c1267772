"""NSE days that the published holiday calendar does not tell of. Read by nse_days.py alone; from NSE's circulars.

A day listed here has this session whatever the calendar says. Times are IST, HH:MM.
"""

from __future__ import annotations

from typing import Final

FULL_DAY: Final = ("09:15", "15:30")

# day: (open, close)
NSE_SPECIAL_DAYS: Final[dict[str, tuple[str, str]]] = {
    # Muhurat: an hour of trading on Diwali, a holiday otherwise.
    "2018-11-07": ("17:30", "18:30"),
    "2019-10-27": ("18:15", "19:15"),
    "2020-11-14": ("18:15", "19:15"),
    "2021-11-04": ("18:15", "19:15"),
    "2022-10-24": ("18:15", "19:15"),
    "2023-11-12": ("18:15", "19:15"),
    "2024-11-01": ("18:00", "19:00"),
    "2025-10-21": ("13:45", "14:45"),
    # Trading on a weekend because of the Union Budget.
    "2020-02-01": FULL_DAY,
    "2025-02-01": FULL_DAY,
    "2026-02-01": FULL_DAY,
    # A working Saturday in place of 2024-01-22.
    "2024-01-20": FULL_DAY,
    # Saturdays to exercise the disaster recovery site: 09:15-10:00 and 11:30-12:30, taken as one session.
    "2024-03-02": ("09:15", "12:30"),
    "2024-05-18": ("09:15", "12:30"),
    # Trading stopped at 11:40 and was made up for until 17:00.
    "2021-02-24": ("09:15", "17:00"),
}
