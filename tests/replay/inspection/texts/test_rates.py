"""The sample rate that the times of rows tell."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.config.settings import load_settings
from replay.inspection.contents import Content, content_in
from replay.inspection.proposal import proposal_of
from replay.inspection.settings_text import settings_text
from replay.inspection.survey import UnreadableError, survey
from tests.replay.formats.layouts import at, rows_of, signals

(SIGNAL,) = signals(1, rows=1000)


def content(header: str, time: Callable[[int], str]) -> Content:
    rows = rows_of(SIGNAL).splitlines()
    text = f"{header},x,y\n" if header else ""
    return content_in((text + "".join(f"{time(n)},{row}\n" for n, row in enumerate(rows))).encode(), "a.csv")


@pytest.mark.parametrize(
    ("header", "time", "rate"),
    [
        ("millis", lambda n: f"{12_345 + n}", 1000.0),
        ("time_us", lambda n: f"{100 * n}", 10_000.0),
        ("micros", lambda n: f"{7_000 + 100 * n + n % 3}", 10_000.0),
        ("No,Time", lambda n: f"{n + 1},{n / 5120:.6f}", 5120.0),
        ("", lambda n: f"{n + 1},{n / 5120:.6f}", 5120.0),
        ("Date&Time,us", lambda n: f"2024/03/09 08:30:{n // 800:02d},{n % 800 * 1250}", 800.0),
        ("Time", lambda n: f"{at(0) + timedelta(milliseconds=n // 4):%Y-%m-%d %H:%M:%S.%f}"[:23], 4000.0),
        ("Time", lambda n: f"{at(0) + timedelta(milliseconds=n):%m/%d/%Y %H:%M:%S}:{n % 1000:03d}", 1000.0),
        ("", lambda n: f"9,39,{38 + n // 500},{int(65_664 + n * 39.0625) % 1_000_000}", 25_600.0),
    ],
)
def test_times_of_loggers_tell_the_rate(header: str, time: Callable[[int], str], rate: float) -> None:
    found = content(header, time)
    assert (found.sample_rate, found.rate_doubt) == (rate, "")
    np.testing.assert_array_equal(found.signal, SIGNAL)


@pytest.mark.parametrize(
    ("step", "rate", "word"), [(10, 100.0, "milliseconds"), (100, 10_000.0, "microseconds")]
)
def test_ticks_without_a_unit_are_in_doubt(step: int, rate: float, word: str, tmp_path: Path) -> None:
    rows = rows_of(SIGNAL).splitlines()
    for number in range(3):
        lines = (f"{(600_000 * number) + step * n},{row}\n" for n, row in enumerate(rows))
        (tmp_path / f"LOG{number:03d}.TXT").write_text("".join(lines))
    path = tmp_path / "proposed.toml"
    text = settings_text(proposal_of(survey(tmp_path)), "a test")
    path.write_text(text)
    assert load_settings(path).machine.sample_rate == rate
    assert (
        f"NOT KNOWN: the column of times states no unit, and its steps of {step} are taken for {word}" in text
    )


def test_slow_rows_without_a_date_are_refused(tmp_path: Path) -> None:
    rows = rows_of(SIGNAL).splitlines()
    (tmp_path / "a.csv").write_text(
        "Time (s),T,p\n" + "".join(f"{60 * n},{row}\n" for n, row in enumerate(rows))
    )
    with pytest.raises(UnreadableError, match="its rows come 60 s apart, too slowly for vibration"):
        survey(tmp_path)
