"""Which keys get through while a dialog closes."""

import pytest

from tui.terminal.key_gate import REPEAT_SECONDS, KeyGate


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(clock: Clock) -> KeyGate:
    return KeyGate({"alt+k", "a"}, clock, {"ctrl+c"})


def test_an_alt_key_is_escape_unless_it_is_bound(gate: KeyGate) -> None:
    assert [gate.passed(key) for key in ("alt+t", "alt+enter", "alt+k", "t")] == [
        "escape",
        "escape",
        "alt+k",
        "t",
    ]


def test_no_key_passes_while_a_dialog_closes(gate: KeyGate) -> None:
    gate.passed("enter")
    gate.close()
    assert gate.passed("a") is None
    assert gate.passed("ctrl+c") == "ctrl+c"
    gate.open()
    assert gate.passed("a") == "a"


def test_the_key_that_closed_a_dialog_does_nothing_more_while_it_repeats(gate: KeyGate, clock: Clock) -> None:
    gate.passed("enter")
    gate.close()
    gate.open()
    for _ in range(5):
        clock.seconds += REPEAT_SECONDS * 0.8
        assert gate.passed("enter") is None
    clock.seconds += REPEAT_SECONDS
    assert gate.passed("enter") == "enter"


def test_another_key_ends_the_repeat(gate: KeyGate) -> None:
    gate.passed("enter")
    gate.close()
    gate.open()
    assert [gate.passed(key) for key in ("down", "enter")] == ["down", "enter"]
