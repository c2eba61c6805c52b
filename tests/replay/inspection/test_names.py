"""The time in names is found without a pattern, and reads the very times again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from replay.inspection.names import times_of_names
from replay.name_pattern import time_in

START = datetime(2024, 2, 28, 20, 5, 7, tzinfo=UTC)


def at(index: int) -> datetime:
    return START + timedelta(minutes=37 * index)


def names(form: str, count: int = 60) -> list[str]:
    return [at(index).strftime(form) for index in range(count)]


@pytest.mark.parametrize(
    "form",
    [
        "%Y%m%d_%H%M%S.csv",
        "%Y.%m.%d.%H.%M.%S",
        "%d.%m.%Y %H-%M-%S.txt",
        "%d-%m-%Y_%H%M%S.csv",
        "%m-%d-%Y_%I%M%S%p.csv",
        "%Y-%m-%d/%H%M%S.csv",
        "%Y/%m/%d/%H%M%S.csv",
        "%y%m%d-%H%M%S.wav",
        "rec_%d%b%Y_%H_%M_%S.txt",
        "%Y%j_%H%M%S.csv",
        "log%Y%m%d%H%M%S.csv",
        "%H%M%S_%Y%m%d.csv",
        "100%%_%Y-%m-%d %H:%M:%S.csv",
        "day%Y-%m-%d/run_%H-%M-%S.csv",
        "deep/down/%Y-%m-%dT%H.%M.%SZ.parquet",
    ],
)
def test_pattern_is_found_in_any_order(form: str) -> None:
    found = times_of_names(names(form))
    assert (found.mode, found.share) == ("name", 1.0)
    for index, name in enumerate(names(form)):
        read = time_in(name, found.pattern)
        assert read is not None
        assert read.replace(tzinfo=UTC) == at(index)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        (lambda i: f"{i:06d}_{at(i):%Y%m%d_%H%M%S}.csv", "*_%Y%m%d_%H%M%S.csv"),
        (lambda i: f"{at(i):%Y%m%d_%H%M%S}-{i:06d}.csv", "%Y%m%d_%H%M%S-*.csv"),
        (lambda i: f"s{i * 37 % 91}_{at(i):%Y%m%d_%H%M%S}_{i}.csv", "s*_%Y%m%d_%H%M%S_*.csv"),
        (lambda i: f"{at(i).timestamp():.0f}.csv", "%s.csv"),
        (lambda i: f"a_{at(i).timestamp() * 1000:.0f}.csv.gz", "a_%s.csv.gz"),
        (lambda i: f"{at(i):%Y%m%d%H%M%S}{i % 10}50.csv", "%Y%m%d%H%M%S%f.csv"),
    ],
)
def test_counters_become_wildcards_and_fractions_stay(name: Callable[[int], str], pattern: str) -> None:
    assert times_of_names([name(index) for index in range(60)]).pattern == pattern


def test_day_and_month_that_may_be_swapped_are_doubted() -> None:
    swapped = [f"{day:02d}-03-2024_{hour:02d}0000.csv" for day in range(1, 12) for hour in (1, 9)]
    assert times_of_names(swapped).ambiguous
    assert not times_of_names([*swapped, "25-03-2024_010000.csv"]).ambiguous
    assert not times_of_names([name.replace("-", ".") for name in swapped]).ambiguous


@pytest.mark.parametrize("name", ["{}.csv", "acc_{:05d}.csv", "Bearing1_1/{}.csv", "run 2 no {}.csv"])
def test_numbers_are_no_times(name: str) -> None:
    assert times_of_names([name.format(index) for index in range(1, 70)]).mode == "number"


def test_days_alone_are_no_times() -> None:
    days = [f"{START + timedelta(days=index):%Y-%m-%d}.csv" for index in range(40)]
    assert times_of_names(days).mode == "date"


@pytest.mark.parametrize("listed", [[], ["a.csv", "b.csv", "c.csv"], ["data"]])
def test_names_without_numbers_tell_nothing(listed: list[str]) -> None:
    assert times_of_names(listed).mode == ""
