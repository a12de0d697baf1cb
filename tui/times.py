"""Times and spans of time in words; needs neither Textual nor torch."""

from __future__ import annotations

from datetime import datetime, timedelta


def clock(seconds: float) -> str:
    """Minutes and seconds, such as 4:05."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def when(due: datetime, now: datetime) -> str:
    """How long until then, in words."""
    left = due - now
    if left <= timedelta(0):
        return "now"
    if left < timedelta(hours=1):
        count, unit = max(1, round(left / timedelta(minutes=1))), "minute"
    elif left < timedelta(days=1):
        count, unit = round(left / timedelta(hours=1)), "hour"
    else:
        count, unit = round(left / timedelta(days=1)), "day"
    return f"in {count} {unit}{'s' * (count != 1)}"
