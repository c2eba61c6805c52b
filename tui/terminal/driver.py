"""The terminal driver: sends only changed cells; reads Esc alone, and keys in the terminal's encoding."""

import codecs
import sys
from typing import Any

from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

from tui.terminal.cell_diff import Thrift
from tui.terminal.escape_keys import EscapeParser


def key_decoder(_encoding: str = "utf-8") -> Any:
    """Return a maker of decoders for keys, by the encoding of the terminal; a byte of no letter is U+FFFD.

    Textual asks for UTF-8 whatever the terminal sends, and ends at the first letter of another encoding.
    """
    encoding = getattr(sys.__stdin__, "encoding", None) or "utf-8"

    def make() -> codecs.IncrementalDecoder:
        try:
            return codecs.getincrementaldecoder(encoding)(errors="replace")
        except LookupError:
            return codecs.getincrementaldecoder("utf-8")(errors="replace")

    return make


# The driver's input thread makes its parser and decoder by these names and has no other way to be given them.
vars(linux_driver).update(XTermParser=EscapeParser, getincrementaldecoder=key_decoder)


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
        """Write the cells that the terminal does not show already."""
        if passed := self._thrift.passed(data):
            super().write(passed)
