"""A fault of the console itself: it ends at once, with the lines of the fault alone."""

import pytest
from rich.text import Text

from engine.errors import FailedError
from tui.console import launch
from tui.terminal import curtain
from tui.terminal.app import TerminalApp


class Long:
    """A value that takes long to write."""

    def __repr__(self) -> str:
        raise AssertionError("the values of variables are written")


def failing() -> None:
    record = Long()
    raise ValueError(f"no such colour \x1b[31m {id(record) > 0}")


def test_a_fault_is_shown_without_the_values_of_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    app = TerminalApp("dark", (), lambda: 0.0)
    shown: list[Text] = []
    monkeypatch.setattr(app, "panic", shown.append)
    try:
        failing()
    except ValueError as error:
        app._handle_exception(error)
    (text,) = shown
    assert text.plain.splitlines()[-1] == "ValueError: no such colour [31m True"
    assert "in failing" in text.plain
    assert app.return_code == 1


def test_a_console_that_failed_says_that_engines_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failed:
        refused, return_code = None, 1

        def run(self, *, mouse: bool) -> None:
            pass

    class Settings:
        class console:  # noqa: N801
            mouse = False

    monkeypatch.setattr(launch, "on_terminal", lambda: True)
    monkeypatch.setattr(curtain, "_hanging", [True])
    with pytest.raises(FailedError, match="engines go on"):
        launch.run_console(Failed(), Settings())  # type: ignore[arg-type]
    # Leaving the console's screen once more would write over the lines of the fault.
    assert curtain._hanging == []
