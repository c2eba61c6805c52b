"""The location of a store: the file in a state folder, found without loading the database's library."""

import errno
import os
from pathlib import Path

from engine.config.state_place import ADDRESS_FILE
from engine.errors import StoreError, StoreFullError, StoreLostError, StoreMissingError
from engine.system.disk_space import FULL
from engine.system.permissions import PRIVATE, Access, make_file, make_folder
from engine.system.plain_file import PlantedError, is_planted_owner, plain_file
from replay.bounded_read import read_bounded

LONGEST_ADDRESS = 10_000
"""Bytes of an address, far more than any has."""

FILE_NAME = "raceway.db"
"""Name of the database inside a state folder."""

JOURNAL_SUFFIX = "-journal"
"""Suffix of SQLite's journal, the file from which it undoes an incomplete transaction."""


BUNDLES = "bundles"
"""Name of the folder beside the database that holds the bundles, and a file for each record that uses one."""


def make_file_of(path: Path, access: Access, *, beside_bundles: bool) -> None:
    """Make an empty database file and its folder, where they are missing.

    Args:
        path: the file.
        access: rights of the store's files.
        beside_bundles: even if bundles show that a database was lost.

    Raises:
        StoreLostError: a database was lost.
        StoreError: the file cannot be made.
    """
    try:
        if not (beside_bundles or (path.is_file() and path.stat().st_size)):
            check_not_lost(path.parent)
        make_folder(path.parent, access)
        make_file(path, access)
        journal = path.with_name(path.name + JOURNAL_SUFFIX)
        if access != PRIVATE and journal.exists():
            make_file(journal, access)
    except PlantedError as error:
        raise StoreError(str(error)) from error
    except OSError as error:
        if error.errno in FULL:
            raise StoreFullError(
                f"{path}: cannot be made ({error.strerror}); make room on its disk"
            ) from error
        raise StoreError(f"{path}: cannot be made ({error.strerror}); choose another --state") from error


def address_of(state: Path) -> str | None:
    """Return the address of the database that a state folder stands for, None for a folder with its own.

    Raises:
        StoreError: the file with the address cannot be read.
    """
    try:
        return read_bounded(state / ADDRESS_FILE, LONGEST_ADDRESS).decode().strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise StoreError(f"{state / ADDRESS_FILE}: cannot be read as an address ({error})") from error


def check_not_lost(state: Path) -> None:
    """See that no record stood in a database that is not there any more, or is empty.

    Raises:
        StoreLostError: bundles say that there were records.
    """
    try:
        used = next((state / BUNDLES).glob("*.json"), None)
    except OSError:
        return
    if used is not None:
        path = state / FILE_NAME
        raise StoreLostError(
            f"{path}: the database is gone or empty, and with it every alarm: bundles beside it were in use;"
            f" put a copy back (raceway store restore FILE --state {state}), or begin new records"
            f" (raceway store create --beside-bundles --state {state})"
        )


def without_records(database: Path, rest: str) -> StoreLostError:
    """Return the error of a database that lost its records and kept other rows about a machine.

    Args:
        database: its file.
        rest: the rows that remain, in words.
    """
    state = database.parent
    return StoreLostError(
        f"{database}: its records are gone, and with them every alarm, though it has {rest};"
        f" put a copy back (raceway store restore FILE --state {state}), or begin new records"
        f" (raceway store create --beside-bundles --state {state})"
    )


def look_for(state: Path) -> None:
    """Check that a state folder holds a store that can be read.

    Raises:
        StoreError: it holds no store, the store cannot be read, or a link or pipe is in its place.
        StoreLostError: its database is gone, though its bundles are there.
    """
    if address_of(state) is not None:
        return
    path = state / FILE_NAME
    try:
        # Checked here, because the database's message about it is less clear.
        with plain_file(path, look=True) as file:
            # An empty file: another process is about to make the tables.
            is_there = os.fstat(file).st_size > 0
        if not os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except (FileNotFoundError, NotADirectoryError):
        is_there = False
    except PlantedError as error:
        raise StoreError(str(error)) from error
    except PermissionError as error:
        raise StoreError(
            f"{path}: you may not read it ({error.strerror}); ask its owner to share it ([store] group)"
        ) from error
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror})") from error
    if not is_there:
        check_not_lost(state)
        raise StoreMissingError(
            f"{path}: there is no store here yet; start a run first, or name another --state"
        )


def refuse_planted(database: Path) -> None:
    """Refuse to write to a database that others could have put there, or reach under another name.

    Args:
        database: the file; the journal beside it, from which half a write is undone, is looked at too.

    Raises:
        StoreError: a link, a pipe, a file with a second name, or one of a user who has no business there.
        OSError: it cannot be looked at.
    """
    for path in (database, database.with_name(database.name + JOURNAL_SUFFIX)):
        try:
            with plain_file(path, look=True) as file:
                found = os.fstat(file)
        except FileNotFoundError:
            continue
        except PlantedError as error:
            raise StoreError(str(error)) from error
        if found.st_nlink > 1:
            raise StoreError(
                f"{path}: has a second name (a hard link), by which it could be changed unseen; put a copy in"
                " its place"
            )
        if is_planted_owner(found.st_uid, path.parent):
            raise StoreError(
                f"{path}: belongs to another user ({found.st_uid}), in a folder that everybody may write to;"
                " name a folder of your own by --state"
            )
