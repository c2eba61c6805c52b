"""Access rights of a store's files: for its owner alone, or for a group of users.

Modes are set explicitly, so that a user's umask changes nothing.
"""

import grp
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UnusableError
from engine.system.plain_file import plain_file, plain_folder


class AccessError(UnusableError):
    """The store cannot be shared as the settings require; one sentence."""


@dataclass(frozen=True, slots=True)
class Access:
    """Modes of folders and files; `group` is the id of the group that shares them, None if private."""

    folder_mode: int
    file_mode: int
    group: int | None


PRIVATE = Access(0o700, 0o600, None)


def access_of(group: str) -> Access:
    """Return the access rights of a setting: private if it names no group.

    Raises:
        AccessError: the group does not exist.
    """
    if not group:
        return PRIVATE
    try:
        number = grp.getgrnam(group).gr_gid
    except KeyError:
        raise AccessError(
            f"store.group: this machine has no group '{group}'; make it (groupadd), or name another"
        ) from None
    # New files in a folder of mode 2770 belong to its group, whichever user makes them.
    return Access(0o2770, 0o660, number)


def make_folder(path: Path, access: Access) -> None:
    """Make a folder and its parents if missing, and set its mode and group.

    Raises:
        OSError: it cannot be made.
        PlantedError: another user's link is there.
        AccessError: it cannot be given to the group.
    """
    is_new = not path.is_dir()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with plain_folder(path) as folder:
        _see_to(path, folder, access.folder_mode, access.group, is_new)


def make_file(path: Path, access: Access) -> None:
    """Make an empty file if missing, and set its mode and group; errors as for `make_folder`."""
    is_new = not path.exists()
    with plain_file(path, create=True, look=True) as file:
        _see_to(path, file, access.file_mode, access.group, is_new)


def _see_to(path: Path, opened: int, mode: int, group: int | None, is_new: bool) -> None:
    """Set mode and group of an open file or folder, by its descriptor, which no other user can replace."""
    found = os.fstat(opened)
    if group is None:
        # Only a new one is made private: an existing one may be open to others on purpose.
        if is_new:
            _set_mode(opened, mode)
        return
    fits = found.st_gid == group and stat.S_IMODE(found.st_mode) == mode
    if fits or os.geteuid() not in (0, found.st_uid):
        return
    try:
        # In this order, because a change of the group removes the set-group-id bit.
        _set_group(opened, group)
        _set_mode(opened, mode)
    except PermissionError as error:
        raise AccessError(
            f"{path}: cannot be given to the group of store.group ({error.strerror}); become a member of it"
        ) from error


def _set_mode(opened: int, mode: int) -> None:
    """Set the mode of an open file; by its path in /proc if its descriptor is for looking only."""
    if hasattr(os, "O_PATH"):
        Path(f"/proc/self/fd/{opened}").chmod(mode)
    else:
        os.fchmod(opened, mode)


def _set_group(opened: int, group: int) -> None:
    """Give an open file to a group, as `_set_mode` does."""
    if hasattr(os, "O_PATH"):
        os.chown(f"/proc/self/fd/{opened}", -1, group)
    else:
        os.fchown(opened, -1, group)
