"""Folders of this account: its home, and Raceway's places for a cache and for state within it."""

import os
from collections.abc import Callable
from pathlib import Path

import platformdirs


class FolderError(Exception):
    """A folder cannot be found; one sentence that names the way out."""


def cache_folder() -> Path:
    """Return the folder for archives unpacked before: RACEWAY_CACHE if set, else the account's own cache.

    Raises:
        FolderError: the account has no home folder.
    """
    if override := os.environ.get("RACEWAY_CACHE"):
        return Path(override)
    return _within_home(platformdirs.user_cache_path, "RACEWAY_CACHE", "XDG_CACHE_HOME")


def state_folder() -> Path:
    """Return the folder for state that lasts: the platform's place for it.

    Raises:
        FolderError: the account has no home folder.
    """
    return _within_home(platformdirs.user_state_path, "--state ([store] state)", "XDG_STATE_HOME")


def config_folder() -> Path:
    """Return the folder for the account's own settings and themes: the platform's place for it.

    Raises:
        FolderError: the account has no home folder.
    """
    return _within_home(platformdirs.user_config_path, "[console] theme", "XDG_CONFIG_HOME")


def expanded(text: str) -> Path:
    """Return the path that a text names, with a leading ~ or ~user replaced by that home folder.

    Raises:
        FolderError: that home folder is not known.
    """
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        path = Path(text)
    if path.parts and path.parts[0].startswith("~"):
        raise FolderError(f"{text}: there is no home folder {path.parts[0]}; write the whole path")
    return path


def _within_home(find: Callable[[str], Path], option: str, variable: str) -> Path:
    """Return an absolute folder; a relative one would lie wherever the command was given."""
    try:
        path = find("raceway")
    except RuntimeError:
        path = Path()
    if not path.is_absolute():
        raise FolderError(
            f"this account (user {os.getuid()}) has no home folder to keep files in;"
            f" name a folder by {option}, or set HOME or {variable} to an absolute path"
        )
    return path
