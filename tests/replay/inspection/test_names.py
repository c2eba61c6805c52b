"""The time in names is found without a pattern, and reads the very times again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.inspection.names import times_of_names, zone_of_names
from replay.name_pattern import month_of, time_in

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
        "%Y-%m-%d_%p%I-%M-%S.csv",
        "Pump %m-%d-%Y %I-%M-%S %p.csv",
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
        (lambda i: f"{at(i):%Y-%m-%d} {i + 17:06d} ({at(i):%H-%M-%S}).csv", "%Y-%m-%d * (%H-%M-%S).csv"),
        (lambda i: f"{at(i):%H%M%S_%d%m%Y}.csv", "%H%M%S_%d%m%Y.csv"),
        (lambda i: f"{at(i):%Y-%m-%d}/{i + 7:05d}_{at(i):%H%M%S}.csv.gz", "%Y-%m-%d/*_%H%M%S.csv.gz"),
        (lambda i: f"{at(i):%Y-%m-%d}/{i:04d}_{at(i):%H%M%S}.csv.gz", "%Y-%m-%d/*_%H%M%S.csv.gz"),
        (lambda i: f"year={at(i):%Y/month=%m/day=%d/%H%M%S}.csv", "year=%Y/month=%m/day=%d/%H%M%S.csv"),
        (lambda i: f"{at(i):%Y}".replace("20", "21") + f"{at(i):%m%d_%H%M%S}.csv", "%Y%m%d_%H%M%S.csv"),
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


GERMAN = ("", "Januar", "Februar", "März", "April")


@pytest.mark.parametrize(
    "name",
    [
        lambda t: f"{t.day}-{t.month}-{t:%y_%H%M}.csv",
        lambda t: f"{t.day}.{t.month}.{t:%y %H-%M}.csv",
        lambda t: f"{t.month}-{t.day}-{t:%y} {t.hour % 12 or 12}.{t:%M%p}.csv",
        lambda t: f"{t:%y}-{t.month}-{t.day}_{t:%H%M}.csv",
        lambda t: f"{t.day}. {GERMAN[t.month]} {t:%Y %H-%M-%S}.csv",
        lambda t: normalize("NFD", f"{t.day:02d}-{GERMAN[t.month]}-{t:%Y_%H%M%S}.csv"),
        lambda t: f"Mesure du {t.day} {('', '', 'février', 'mars')[t.month]} {t:%Y} à {t:%Hh%M}.csv",
        lambda t: f"{t.day} de {('', '', 'fevereiro', 'março')[t.month]} de {t:%Y %H-%M}.csv",
        lambda t: f"{t:%d} {('', '', 'февраля', 'марта')[t.month]} {t:%Y %H-%M}.csv",
        lambda t: f"{t:%Y}年{t:%m}月{t:%d}日{t:%H}時{t:%M}分.csv",
        lambda t: f"{t:%Y-%m-%d}/acc1_{t:%H%M%S}.csv",
        lambda t: f"{t:%Y-%m-%d %H.%M}{' after greasing' if t.minute == 16 else ''}.csv",
        *(
            lambda t, zone=zone: f"{t + timedelta(hours=2):%Y-%m-%dT%H_%M_%S}{zone}.csv"
            for zone in ("+02_00", "+02.00", "+02-00", "+02", "+0200")
        ),
        lambda t: f"{t - timedelta(hours=5):%Y-%m-%dT%H-%M-%S}-05-00.csv",
    ],
)
def test_names_that_people_write_by_hand_tell_the_very_times(name: Callable[[datetime], str]) -> None:
    times = {name(at(index)): at(index) for index in range(60)}
    found = times_of_names(list(times))
    assert (found.mode, found.share) == ("name", 1.0)
    for one, time in times.items():
        read = time_in(one, found.pattern)
        assert read is not None
        read = read if read.tzinfo else read.replace(tzinfo=UTC)
        assert abs(read - time) < timedelta(minutes=1)


@pytest.mark.parametrize("form", ["%d-%m-%y_%H%M.csv", "%y-%m-%d_%H%M.csv"])
def test_days_that_may_be_years_are_in_doubt(form: str) -> None:
    first = datetime(2024, 3, 9, 8, tzinfo=UTC)
    found = times_of_names([f"{first + timedelta(minutes=20 * index):{form}}" for index in range(14)])
    assert (found.mode, found.ambiguous) == ("name", True)


def test_the_pages_of_an_oscilloscope_are_no_times() -> None:
    found = times_of_names([f"20240309-0001/20240309-0001_{page:02d}.csv" for page in range(1, 15)])
    assert found.mode == "number"


@pytest.mark.parametrize(
    ("word", "zone"),
    [
        ("CET", "CET"),
        ("MESZ", "CET"),
        ("GMT+2", "Etc/GMT-2"),
        ("UTC-05", "Etc/GMT+5"),
        ("UTC", ""),
        ("x", ""),
    ],
)
def test_a_time_zone_in_words_is_known(word: str, zone: str) -> None:
    assert zone_of_names([f"20240309_2130{index % 10}0 {word}.csv" for index in range(9)]) == zone


@given(st.integers(1, 12), st.sampled_from(["%b", "%B"]), st.booleans())
def test_months_of_this_language_are_known(month: int, form: str, upper: bool) -> None:
    word = f"{datetime(2024, month, 1):{form}}"
    assert month_of(word.upper() if upper else word) == month


def test_words_that_are_no_months_are_none() -> None:
    assert [month_of(word) for word in ("pump", "ma", "", "decision", "marble")] == [None] * 5


@pytest.mark.parametrize("half", ["{}.m.", "{}M", "{}m"])
def test_both_halves_of_the_day_are_told_apart(half: str) -> None:
    listed = [at(n).strftime(f"Log_%Y-%m-%d_%I-%M-%S_{half.format('%p')}.csv") for n in range(30)]
    listed = [name.replace("PM", "p", 1).replace("AM", "a", 1) for name in listed]
    found = times_of_names(listed)
    assert [time_in(name, found.pattern) for name in listed] == [
        at(n).replace(tzinfo=None) for n in range(30)
    ]


def test_an_american_date_stands_beside_a_clock_of_12_hours() -> None:
    times = [datetime(2024, 3, 9, 1, tzinfo=UTC) + timedelta(minutes=10 * n) for n in range(60)]
    found = times_of_names([one.strftime("%m-%d-%Y %I.%M.%S %p.csv") for one in times])
    assert (found.pattern, found.ambiguous) == ("%m-%d-%Y %I.%M.%S %p.csv", True)
