"""Rows that come slowly are proposed as a process, and the proposed settings read them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.config.settings import Settings, load_settings
from replay.inspection.problems import advice_on
from replay.inspection.proposal import proposal_of
from replay.inspection.settings_text import settings_text
from replay.inspection.survey import survey
from replay.run import open_run

START = datetime(2026, 3, 1, 6, 0, 0, tzinfo=UTC)
ROWS = 400


def proposed(place: Path) -> Settings:
    path = place.parent / "proposed.toml"
    path.write_text(settings_text(proposal_of(survey(place)), "a test"), "utf-8")
    return load_settings(path)


def table(stamp: Callable[[int], str], header: str, separator: str = ",", decimal: str = ".") -> str:
    chance = np.random.default_rng(0)
    lines = [header] if header else []
    for number in range(ROWS):
        cells = [f"{value:.2f}".replace(".", decimal) for value in 50 + chance.standard_normal(3)]
        lines.append(separator.join([stamp(number), *cells]))
    return "\n".join(lines) + "\n"


def every(seconds: float, form: str = "%Y-%m-%d %H:%M:%S") -> Callable[[int], str]:
    return lambda number: f"{START + timedelta(seconds=seconds * number):{form}}"


NAMED = "time,Bearing temp (°C),Pressure (bar),Motor speed (rpm)"


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (table(every(60), NAMED), ("symptom", "symptom", "condition")),
        (table(every(1), NAMED), ("symptom", "symptom", "condition")),
        (table(every(86400, "%Y-%m-%d"), NAMED), ("symptom", "symptom", "condition")),
        (
            table(lambda number: f"{START.timestamp() + 30 * number:.0f}", NAMED),
            ("symptom", "symptom", "condition"),
        ),
        (table(every(60), "Zeit;Temperatur;Druck;Last", ";", ","), ("symptom", "symptom", "condition")),
        (table(every(60), "time,speed,load,power"), ("symptom",) * 3),
        (table(every(10), ""), ("symptom",) * 3),
        (table(every(86400, "%d.%m.%Y"), NAMED), ("symptom", "symptom", "condition")),
        (table(every(86400, "%m/%d/%Y"), NAMED), ("symptom", "symptom", "condition")),
        (table(every(3600, "%d/%m/%Y %H:%M"), NAMED), ("symptom", "symptom", "condition")),
        (table(every(3600, "%m/%d/%Y %I:%M %p"), NAMED), ("symptom", "symptom", "condition")),
    ],
    ids=[
        "minutes",
        "seconds",
        "days",
        "unix seconds",
        "german",
        "conditions alone",
        "no header",
        "day.month",
        "month/day",
        "day/month",
        "am and pm",
    ],
)
def test_slow_rows_are_read_by_the_proposed_settings(
    text: str, roles: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "plant.csv"
    path.write_text(text, "utf-8")
    settings = proposed(path)
    (part,) = settings.components
    assert (part.kind, part.role) == ("process", roles)
    run = open_run(path, settings.recording_format())
    assert run.rejected == ()
    window = run.read(len(run) - 1)
    assert np.isfinite(window.signal[:, -3:]).all()
    # The last window ends less than a stride before the last row.
    assert run.entries[-1].name.split("#")[1] >= f"{ROWS - 10:05d}"


def test_vibration_with_whole_seconds_or_counts_is_no_process(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    chance = np.random.default_rng(1)
    for name, stamp in (("counts", str), ("seconds", lambda number: every(0.001)(number))):
        rows = (f"{stamp(number)},{chance.standard_normal():.5f}" for number in range(4096))
        (folder / f"{name}.csv").write_text("\n".join(["t,Drive end", *rows]))
    for path in folder.iterdir():
        assert proposal_of(survey(path)).slow is None


def test_advice_about_slow_rows_names_settings_of_slow_rows(tmp_path: Path) -> None:
    path = tmp_path / "plant.csv"
    path.write_text("".join(table(every(60), NAMED).splitlines(keepends=True)[:30]))
    form = proposed(path).recording_format()
    assert advice_on(path, form).endswith("to read such files set process.window = 14")
    vibration = replace(form, table=False, names=(), rows=1024)
    assert 'set kind = "process"' in advice_on(path, vibration)


def test_dates_and_times_of_day_in_two_columns_are_rows(tmp_path: Path) -> None:
    path = tmp_path / "pump.csv"
    path.write_text(table(every(60, "%Y-%m-%d,%H:%M:%S"), "Date,Time,Temp,Flow,Pressure"))
    settings = proposed(path)
    assert settings.recording.names == ("Temp", "Flow", "Pressure")
    assert len(open_run(path, settings.recording_format())) > 100


@pytest.mark.parametrize("turned", [False, True])
def test_rows_that_run_backwards_are_rows_nevertheless(tmp_path: Path, turned: bool) -> None:
    """The newest first, or a clock that was set back by half an hour."""
    head, *lines = table(every(60), NAMED).splitlines(keepends=True)
    rows = lines[::-1] if turned else [*lines[:200], *lines[170:]]
    path = tmp_path / "pump.csv"
    path.write_text(head + "".join(rows))
    run = open_run(path, proposed(path).recording_format())
    assert len(run) == 1 + (ROWS - 30) // 3
    assert len(run.rejected) == (0 if turned else 1)


@pytest.mark.parametrize("mark", ["9999", "-999", "32767", "-9999.9"])
def test_a_number_that_stands_for_no_value_is_left_out_by_the_proposed_range(
    tmp_path: Path, mark: str
) -> None:
    head, *lines = table(every(60), NAMED).splitlines()
    broken = [
        ",".join([*line.split(",")[:1], mark, *line.split(",")[2:]]) if number % 11 == 3 else line
        for number, line in enumerate(lines)
    ]
    path = tmp_path / "pump.csv"
    path.write_text("\n".join([head, *broken]) + "\n")
    (part,) = proposed(path).components
    low, high = part.low[0], part.high[0]
    assert low < 45.0 < 55.0 < high
    assert not low <= float(mark) <= high
    assert (part.low[1], part.high[1]) == (-1e30, 1e30)


def test_numbers_within_their_channel_stand_for_themselves(tmp_path: Path) -> None:
    path = tmp_path / "pump.csv"
    rows = [f"{every(60)(number)},{990 + number % 20},{number % 7}" for number in range(ROWS)]
    path.write_text("\n".join(["time,Pressure,Level", *rows]) + "\n")
    (part,) = proposed(path).components
    assert (part.low, part.high) == ((), ())


def test_a_header_that_comes_again_does_not_hide_slow_rows(tmp_path: Path) -> None:
    head, *lines = table(every(60), NAMED).splitlines(keepends=True)
    path = tmp_path / "pump.csv"
    path.write_text(head + "".join(lines[:200]) + head + "".join(lines[200:]))
    assert len(open_run(path, proposed(path).recording_format())) == 1 + (ROWS - 30) // 3


def test_a_few_rows_a_minute_apart_are_no_vibration(tmp_path: Path) -> None:
    path = tmp_path / "pump.csv"
    path.write_text("".join(table(every(60), NAMED).splitlines(keepends=True)[:12]))
    assert [part.kind for part in proposed(path).components] == ["process"]
