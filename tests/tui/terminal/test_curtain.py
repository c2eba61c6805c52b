"""The first words on the terminal come before the console, and go away where it does not come."""

import io
from types import SimpleNamespace

import pytest
import typer

from tui.commands import options
from tui.commands.options import fail
from tui.terminal import curtain as shown
from tui.terminal.curtain import ENTER, LEAVE, curtain


class Tty(io.StringIO):
    """A terminal that keeps what is written."""

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Tty:
    made = Tty()
    monkeypatch.setattr(shown, "sys", SimpleNamespace(stdin=Tty(), stdout=made))
    monkeypatch.setattr(options, "complain", made.write)
    monkeypatch.setenv("TERM", "xterm-256color")
    return made


def test_the_first_words_stay_for_the_console_to_draw_over(terminal: Tty) -> None:
    with curtain():
        pass
    assert terminal.getvalue().startswith(ENTER)
    assert "Bearings" in terminal.getvalue()
    assert terminal.getvalue().isascii()
    assert LEAVE not in terminal.getvalue()


def test_a_sentence_that_says_why_not_is_written_after_the_first_words_are_gone(terminal: Tty) -> None:
    with pytest.raises(typer.Exit), curtain():
        fail("there is no store", 2)
    drawn = terminal.getvalue()
    assert drawn.index(LEAVE) < drawn.index("there is no store")
    assert drawn.count(LEAVE) == 1


def test_an_error_takes_the_first_words_away(terminal: Tty) -> None:
    with pytest.raises(KeyboardInterrupt), curtain():
        raise KeyboardInterrupt
    assert terminal.getvalue().endswith(LEAVE)


@pytest.mark.parametrize("term", ["dumb", ""])
def test_where_there_is_no_terminal_nothing_is_written(
    terminal: Tty, monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    monkeypatch.setenv("TERM", term or "xterm")
    if not term:
        monkeypatch.setattr(shown, "sys", SimpleNamespace(stdin=io.StringIO(), stdout=terminal))
    with curtain():
        pass
    assert terminal.getvalue() == ""
