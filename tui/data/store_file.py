"""The file behind an open store: whether it was deleted, moved or replaced while it was read."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.store.store import Store


@dataclass(frozen=True, slots=True)
class StoreFile:
    """The file that a path led to when a store was opened: its device and inode; 0 where there is none."""

    device: int = 0
    inode: int = 0

    def is_gone(self, store: "Store") -> bool:
        """Return whether the path of the store leads elsewhere now.

        An open file is read on after its deletion, and never changes again.
        """
        return store.address is None and file_of(store) != self


def file_of(store: "Store") -> StoreFile:
    """Return the file to which the path of a store leads now."""
    if store.address is not None:
        return StoreFile()
    try:
        found = store.path.stat()
    except OSError:
        return StoreFile()
    return StoreFile(found.st_dev, found.st_ino)
