"""Finds the whole, correct rows in a stream of text, and brings them to the notation of the recordings."""

import re
from dataclasses import dataclass

from replay.recording import clean_text

LONGEST_ROW = 65_536
"""Bytes after which a row without an end is not a row."""

_SEPARATORS = (b"\t", b";", b",", b" ")
_QUOTED = 40


class StreamError(Exception):
    """A stream cannot be recorded; the message is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Correct rows that follow one another.

    Attributes:
        text: the rows, each ended by a newline.
        count: number of rows.
    """

    text: bytes
    count: int


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not K numbers: the rows around it do not follow one another.

    Attributes:
        reason: the fault, with the beginning of the row.
    """

    reason: str


class RowReader:
    """Reads rows of numbers from pieces of a stream that end anywhere.

    The separator is read from the first row: tab, semicolon, comma, or blanks. A comma beside semicolons,
    tabs or blanks is a decimal comma. The rows come out with `separator` and decimal points.
    """

    def __init__(self, columns: int, separator: str = "\t") -> None:
        """Take the number of columns, and the separator of the recordings."""
        self._columns = columns
        self._to = separator.encode()
        self._rest = b""
        self._from: bytes | None = None
        self._decimal_comma = False
        self._pattern = re.compile(b"")

    def restart(self) -> None:
        """Forget a row that was cut when the stream broke off."""
        self._rest = b""

    def read(self, data: bytes) -> list[Rows | BadRow]:
        """Return what the next piece of the stream completes, in order. Blank lines are skipped."""
        whole, newline, rest = data.rpartition(b"\n")
        if not newline:
            self._rest += data
            if len(self._rest) <= LONGEST_ROW:
                return []
            self._rest = b""
            return [BadRow(f"no end of a row within {LONGEST_ROW} bytes")]
        block = self._rest + whole + b"\n"
        self._rest = rest
        block = block.replace(b"\r\n", b"\n")
        if self._from is None:
            self._look_at(next((line for line in block.split(b"\n") if line.strip()), b""))
        return self._rows(block)

    def _rows(self, block: bytes) -> list[Rows | BadRow]:
        found: list[Rows | BadRow] = []
        start = 0
        while start < len(block):
            match = self._pattern.match(block, start)
            end = match.end() if match else start
            if end > start:
                found.append(self._translated(block[start:end]))
                start = end
                continue
            line, _, _ = block[start:].partition(b"\n")
            start += len(line) + 1
            if line.strip():
                found.append(BadRow(self._fault(line)))
        return found

    def _look_at(self, line: bytes) -> None:
        """Set the notation by the first row."""
        stripped = line.strip(b" ")
        self._from = next((one for one in _SEPARATORS if one in stripped), b" ")
        if self._from == b"," and self._columns == 1:
            # A single column with a comma can only hold a decimal comma.
            self._from = b" "
        self._decimal_comma = self._from != b"," and b"," in stripped
        number = rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
        if self._decimal_comma:
            number = number.replace(rb"\.", b",")
        between = rb" +" if self._from == b" " else rb" *" + re.escape(self._from) + rb" *"
        row = rb" *+" + number + (rb"(?:" + between + number + rb"){%d}" % (self._columns - 1)) + rb" *\n"
        self._pattern = re.compile(rb"(?>" + row + rb")*+")

    def _translated(self, text: bytes) -> Rows:
        if self._decimal_comma:
            text = text.replace(b",", b".")
        if self._from == b" ":
            text = b"\n".join(self._to.join(line.split()) for line in text.splitlines()) + b"\n"
        else:
            text = text.replace(b" ", b"")
            if self._from != self._to:
                text = text.replace(self._from or b"", self._to)
        return Rows(text, text.count(b"\n"))

    def _fault(self, line: bytes) -> str:
        parts = line.split() if self._from == b" " else line.split(self._from)
        quoted = clean_text(line[:_QUOTED].decode("utf-8", "replace")) + ("…" if len(line) > _QUOTED else "")
        if len(parts) != self._columns:
            noun = "column" if len(parts) == 1 else "columns"
            return f"a row has {len(parts)} {noun} where {self._columns} are expected: {quoted!r}"
        return f"a row holds something else than {self._columns} numbers: {quoted!r}"
