"""The damaged values that a store met while it was read: counted, named, and passed over."""

from collections.abc import Callable
from dataclasses import dataclass

MOST = 1000
"""Damaged values that are remembered; a console that stays open for months must not grow with them."""

SHOWN = 2
"""Damaged values that one sentence names."""

Note = Callable[[str, object, str], None]
"""Takes the table, the row, and what is wrong with it."""


class DamagedError(ValueError):
    """A stored value cannot be decoded; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A value that cannot be decoded: its table, its row, and what is wrong with it."""

    table: str
    row: str
    words: str

    def __str__(self) -> str:
        """Return it as part of a sentence."""
        return f"table {self.table}, {self.row}: {self.words}"


class DamageLog:
    """The damaged values met so far, each once, in the order in which they were met."""

    def __init__(self) -> None:
        """Start with none."""
        self._found: dict[Damage, None] = {}

    def note(self, table: str, row: object, words: str) -> None:
        """Remember a damaged value."""
        if len(self._found) < MOST:
            self._found[Damage(table, str(row), words)] = None

    def __len__(self) -> int:
        """Count them."""
        return len(self._found)

    @property
    def found(self) -> tuple[Damage, ...]:
        """All of them."""
        return tuple(self._found)

    @property
    def hides_a_record(self) -> bool:
        """Whether an assessment is left out altogether."""
        return any(one.table == "assessment" and one.row.endswith("layout") for one in self._found)

    @property
    def sentence(self) -> str:
        """Return what a person has to know, "" where nothing was met."""
        count = len(self._found)
        if not count:
            return ""
        first = "; ".join(str(one) for one in self.found[:SHOWN])
        more = f"; and {count - SHOWN} more" if count > SHOWN else ""
        values = "1 damaged value was" if count == 1 else f"{count} damaged values were"
        return f"{values} left out ({first}{more}); raceway store check names all of them"
