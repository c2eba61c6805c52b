"""Errors of a recording that tell more than its name and a reason."""

from collections.abc import Callable

from replay.recording import RecordingError


class ForeignNameError(RecordingError):
    """A file whose name does not follow the time pattern: no recording of this machine."""


class ColumnCountError(RecordingError):
    """Every row of the file has another number of columns than the machine has channels.

    Attributes:
        found: columns in the file.
        expected: columns asked for by the format.
    """

    def __init__(self, name: str, found: int, expected: int, words: str = "") -> None:
        """Take the number of columns found and expected, and a clause that describes them.

        Args:
            name: of the file.
            found: columns in the file.
            expected: columns by the format.
            words: a clause that describes the columns; by default their number.
        """
        noun = "column" if found == 1 else "columns"
        words = words or f"it has {found} {noun}"
        super().__init__(name, f"{words} where {expected} {_are(expected)} expected")
        self.found = found
        self.expected = expected
        self.words = words

    def __reduce__(self) -> tuple[Callable[..., "ColumnCountError"], tuple[str, int, int, str]]:
        """Return the arguments of this class, not those of its base."""
        return type(self), (self.name, self.found, self.expected, self.words)


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
