"""Progress without a terminal: plain lines, none of them twice."""

from collections.abc import Iterator

from engine.clock import wall_clock
from engine.records.progress import Heartbeat, Phase
from tui.output.progress import PLAIN_SECONDS, plain_lines


def beat(phase: Phase, done: int, message: str = "") -> Heartbeat:
    return Heartbeat(wall_clock(), 1, phase, done, 200, message)


def test_a_line_that_says_nothing_new_is_not_written_again() -> None:
    lines: list[str] = []
    seconds: Iterator[float] = (PLAIN_SECONDS * number for number in range(1, 9))
    tell = plain_lines(lines.append, lambda: next(seconds))
    for one in (
        beat(Phase.LEARNING, 0, "starting"),
        beat(Phase.LEARNING, 0, "starting"),
        beat(Phase.LEARNING, 7, "epoch 7"),
        beat(Phase.SCORING, 0),
    ):
        tell(one)
    assert lines == ["learning 0/200: starting", "learning 7/200: epoch 7", "scoring 0/200"]
