"""Channels or recordings one below another in a file are refused in words, other texts are not."""

import numpy as np
import pytest

from replay.inspection.contents import content_in
from replay.recording import RecordingError
from tests.replay.formats.layouts import RATE, ROWS, rows_of, signals, timed_rows

(SIGNAL,) = signals(1)
TIMES = np.arange(len(SIGNAL)) / RATE


def below(titles: tuple[str, ...], gap: str, *, has_times: bool) -> str:
    blocks = []
    for column, title in enumerate(titles):
        own = SIGNAL[:, [column % 2]]
        blocks.append((title and f"{title}\n") + rows_of(np.c_[TIMES, own] if has_times else own))
    return gap.join(blocks)


@pytest.mark.parametrize(
    ("titles", "rows"),
    [
        (("Run 1", "Run 2"), ROWS),
        (("2024-03-09 21:30", "2024-03-09 21:40"), ROWS),
        (("# segment 1", "# segment 2"), ROWS),
        (("CH1", "CH2"), ROWS // 2),
    ],
)
def test_recordings_and_unequal_channels_below_one_another_are_refused(
    titles: tuple[str, str], rows: int
) -> None:
    text = f"{titles[0]}\n{rows_of(SIGNAL[:, :1])}{titles[1]}\n{rows_of(SIGNAL[:rows, 1:])}"
    with pytest.raises(RecordingError, match=f"2 blocks of {ROWS} rows one below another, the second below"):
        content_in(text.encode(), "a.csv")


def test_segments_of_a_labview_measurement_are_refused() -> None:
    head = "\nSamples\t{0}\t{0}\t\nTime\t08:30:0{1}\t08:30:0{1}\t\nDelta_X\t0.001\t0.001\t\n"
    head += "X_Value\tA\tB\tComment\n"
    parts = [head.format(ROWS, number) + timed_rows(SIGNAL, "\t").replace("\n", "\t\n") for number in (1, 2)]
    with pytest.raises(RecordingError, match="2 blocks of"):
        content_in("".join(["LabVIEW Measurement\t\n", *parts]).encode(), "a.lvm")


def test_a_remark_among_the_rows_parts_no_blocks() -> None:
    lines = ["# recorder 7", *rows_of(SIGNAL).splitlines()]
    lines.insert(30, "# door opened")
    assert content_in("\n".join([*lines, ""]).encode(), "a.csv").rows == ROWS


@pytest.mark.parametrize(("has_times", "gap"), [(True, ""), (True, "\n"), (False, "\n"), (False, "\n\n")])
def test_channels_below_one_another_without_titles_are_refused(has_times: bool, gap: str) -> None:
    with pytest.raises(RecordingError, match="2 blocks of"):
        content_in(below(("", ""), gap, has_times=has_times).encode(), "a.csv")


@pytest.mark.parametrize("word", ["Bad", "NaN", "OVL"])
def test_a_fault_in_the_middle_of_a_channel_parts_no_blocks(word: str) -> None:
    lines = rows_of(SIGNAL[:, :1]).splitlines()
    lines[len(lines) // 2] = word
    assert content_in("\n".join([*lines, ""]).encode(), "a.csv").rows == len(SIGNAL)


def test_a_blank_line_behind_the_rows_parts_no_blocks() -> None:
    assert content_in(f"DE\n{rows_of(SIGNAL[:, :1])}\n\n".encode(), "a.csv").rows == len(SIGNAL)


def test_an_angle_that_begins_again_with_each_turn_parts_no_blocks() -> None:
    rows = np.c_[np.arange(2000) % 80 * 4.5, np.random.default_rng(3).normal(size=2000)]
    assert content_in(rows_of(rows).encode(), "a.csv").rows == 2000
