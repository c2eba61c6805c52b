"""Shelves: places beyond this computer that keep the bundles of a store for all its hosts."""

from pathlib import Path
from typing import Protocol


class Shelf(Protocol):
    """Keeps packed bundles by name, and which bundle each live record uses."""

    def put(self, name: str, packed: bytes) -> None:
        """Keep a packed bundle; one of the same name is the same bundle."""

    def has(self, name: str) -> bool:
        """Return whether a bundle of this name is kept."""

    def get(self, name: str) -> bytes | None:
        """Return a packed bundle, None if there is none of this name."""

    def names(self) -> tuple[str, ...]:
        """Return the names of all bundles."""

    def in_use(self, key: str) -> str | None:
        """Return the name of the bundle that the live record with this key uses, None before the first."""

    def use(self, key: str, name: str) -> None:
        """Store which bundle the live record with this key uses."""


_SHELVES: dict[Path, Shelf] = {}


def put_up(state: Path, shelf: Shelf) -> None:
    """Let the bundles of a state folder lie on a shelf too."""
    _SHELVES[state.absolute()] = shelf


def shelf_of(state: Path) -> Shelf | None:
    """Return the shelf of a state folder, None where the folder itself keeps all bundles."""
    return _SHELVES.get(state.absolute())
