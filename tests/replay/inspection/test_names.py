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


@pytest.mark.parametrize(
    "name",
    [
        lambda t: f"{t.year}-{t.month}-{t.day}-{t.hour}-{t.minute}-{t.second}.csv",
        lambda t: f"{t.day}.{t.month}.{t.year} {t.hour}.{t.minute:02d}.{t.second:02d}.csv",
        lambda t: f"{t.year}-{t.month}-{t.day} {t.hour % 12 or 12}-{t:%M-%S} {t:%p}.csv",
        lambda t: f"{t:%m-%d-%y_%H%M%S}.csv",
        lambda t: f"{t:%d-%m-%y_%H%M%S}.csv",
        lambda t: f"{t:%B %d, %Y %H-%M-%S}.csv",
        lambda t: f"{t:%Y-%m-%d/%H/%M%S}.csv",
        lambda t: f"{t:%Y-%m-%d}/ch1/{t:%H%M%S}.csv",
    ],
)
def test_short_numbers_short_years_month_names_and_folders_are_read(name: Callable[[datetime], str]) -> None:
    written = [name(at(index)) for index in range(60)]
    found = times_of_names(written)
    assert (found.mode, found.share) == ("name", 1.0)
    for index, one in enumerate(written):
        read = time_in(one, found.pattern)
        assert read is not None
        assert read.replace(tzinfo=UTC) == at(index)


@pytest.mark.parametrize(
    ("form", "pattern"),
    [
        ("{n:05d}.csv", ""),
        ("bearing6205_{n}.csv", ""),
        ("{n}_rig1.csv", "#_rig1.csv"),
        ("run{n}_1000rpm.csv", "run#_1000rpm.csv"),
        ("snap_{n}_of_40.csv", "snap_#_of_40.csv"),
        ("v1.2_{n}.csv", "v1.2_#.csv"),
        ("rec{n}/data.csv", "rec#/data.csv"),
        ("rec{n:04d}_ch1.csv", "rec#_ch1.csv"),
    ],
)
def test_the_number_that_counts_is_found(form: str, pattern: str) -> None:
    found = times_of_names([form.format(n=n) for n in range(1, 41)])
    assert (found.mode, found.pattern, found.share) == ("number", pattern, 1.0)


def test_numbers_that_begin_again_each_day_are_counted_from_its_date() -> None:
    found = times_of_names(
        [f"{at(0) + timedelta(days=n):%Y-%m-%d}/{m}.csv" for n in range(5) for m in range(1, 9)]
    )
    assert (found.mode, found.pattern, found.most) == ("number", "%Y-%m-%d/#.csv", 8)
