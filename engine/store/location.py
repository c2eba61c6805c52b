"""The location of a store: the file in a state folder, found without loading the database's library."""

from pathlib import Path

from engine.errors import StoreError, StoreMissingError

FILE_NAME = "raceway.db"
"""Name of the database inside a state folder."""


def look_for(state: Path) -> None:
    """Check that a state folder holds a store that can be read.

    Raises:
        StoreError: it holds no store, or the store cannot be read.
    """
    path = state / FILE_NAME
    try:
        is_there = path.is_file()
        if is_there:
            # Checked here, because the database's message about it is less clear.
            path.open("rb").close()
            # An empty file: another process is about to make the tables.
            is_there = path.stat().st_size > 0
    except PermissionError as error:
        raise StoreError(
            f"{path}: you may not read it ({error.strerror}); ask its owner to share it ([store] group)"
        ) from error
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror})") from error
    if not is_there:
        raise StoreMissingError(
            f"{path}: there is no store here yet; start a run first, or name another --state"
        )
