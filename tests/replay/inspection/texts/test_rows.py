"""Channels or recordings one below another in a file are refused in words, other texts are not."""

import numpy as np
import pytest

from replay.inspection.contents import content_in
from replay.recording import RecordingError
from tests.replay.formats.layouts import RATE, rows_of, signals

(SIGNAL,) = signals(1)
TIMES = np.arange(len(SIGNAL)) / RATE


def below(titles: tuple[str, ...], gap: str, *, has_times: bool) -> str:
    blocks = []
    for column, title in enumerate(titles):
        own = SIGNAL[:, [column % 2]]
        blocks.append((title and f"{title}\n") + rows_of(np.c_[TIMES, own] if has_times else own))
    return gap.join(blocks)


@pytest.mark.parametrize("has_times", [True, False])
@pytest.mark.parametrize("gap", ["", "\n", "\n\n"])
@pytest.mark.parametrize("titles", [("Time,DE", "Time,FE"), ("[CH1]", "[CH2]", "[CH3]")])
def test_channels_below_one_another_with_titles_are_refused(
    titles: tuple[str, ...], gap: str, has_times: bool
) -> None:
    with pytest.raises(RecordingError) as caught:
        content_in(below(titles, gap, has_times=has_times).encode(), "a.csv")
    assert f"{len(titles)} blocks of {len(SIGNAL)} rows one below another" in caught.value.reason
    assert repr(titles[1]) in caught.value.reason


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
