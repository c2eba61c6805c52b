"""The terminal's own driver, over a line on which nothing is sent twice."""

from typing import Any

from textual.drivers.linux_driver import LinuxDriver

from tui.terminal.cell_diff import Thrift


class ThriftyDriver(LinuxDriver):
    """Writes to the terminal what changes it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Know nothing of the terminal yet."""
        super().__init__(*arguments, **options)
        self._thrift = Thrift()

    def forget(self, columns: int, rows: int) -> None:
        """Take nothing for shown any more, in a terminal of this size."""
        self._thrift.forget(columns, rows)

    def write(self, data: str) -> None:
        """Write what is not there already."""
        if passed := self._thrift.passed(data):
            super().write(passed)
