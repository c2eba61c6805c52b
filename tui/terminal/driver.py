"""The terminal driver: sends only changed cells, and reads Esc before another key as Esc."""

from typing import Any

from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

from tui.terminal.cell_diff import Thrift
from tui.terminal.escape_keys import EscapeParser

# The driver's input thread makes its parser by this name and has no other way to be given one.
setattr(linux_driver, "XTermParser", EscapeParser)  # noqa: B010  # for mypy the module has no such name


class ThriftyDriver(LinuxDriver):
    """Writes to the terminal only the cells that changed."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Start with an unknown terminal."""
        super().__init__(*arguments, **options)
        self._thrift = Thrift()

    def forget(self, columns: int, rows: int) -> None:
        """Take every cell of a terminal of this size for unknown."""
        self._thrift.forget(columns, rows)

    def write(self, data: str) -> None:
        """Write what the terminal does not show already."""
        if passed := self._thrift.passed(data):
            super().write(passed)
