"""The times of [learning] every."""

from datetime import timedelta

import pytest

from engine.config.settings import SettingsError, load_settings


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("30 days", 720),
        ("1 day", 24),
        ("1d", 24),
        ("2 weeks", 336),
        ("1 week", 168),
        ("12 h", 12),
        ("1.5 hours", 1.5),
    ],
)
def test_time_between_proposals_is_read(text: str, hours: float) -> None:
    learning = load_settings(overrides={"learning.every": text}).learning
    assert learning.period == timedelta(hours=hours)


def test_no_schedule_and_no_proposals_by_default() -> None:
    learning = load_settings().learning
    assert (learning.propose, learning.period) == (False, None)


@pytest.mark.parametrize(
    "text", ["30", "days", "30 m", "-1 day", "0 days", "1 min", "99999 days", "1 dayss", "٣ days"]
)
def test_time_that_is_none_or_out_of_bounds_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"learning\.every"):
        load_settings(overrides={"learning.every": text})
