"""Folders of an account: with a home, without one, and with one that is not a path."""

import os
import pwd
from pathlib import Path

import pytest

from replay.folders import FolderError, cache_folder, expanded, state_folder

VARIABLES = ("HOME", "USER", "LOGNAME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "RACEWAY_CACHE")


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Set up an account without a home, as in a container."""

    def unknown(_who: object) -> pwd.struct_passwd:
        raise KeyError("not found")

    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(pwd, "getpwnam", unknown)
    return monkeypatch


@pytest.mark.parametrize("home", [None, "", "home", "~"])
def test_account_without_a_home_is_told_which_folders_to_name(
    home: str | None, nobody: pytest.MonkeyPatch
) -> None:
    if home is not None:
        nobody.setenv("HOME", home)
    with pytest.raises(FolderError, match="has no home folder to keep files in; name a folder by --state"):
        state_folder()
    with pytest.raises(FolderError, match="name a folder by RACEWAY_CACHE, or set HOME or XDG_CACHE_HOME"):
        cache_folder()


def test_folders_that_are_set_need_no_home(nobody: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nobody.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    nobody.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert state_folder() == tmp_path / "state" / "raceway"
    assert cache_folder() == tmp_path / "cache" / "raceway"
    nobody.setenv("RACEWAY_CACHE", str(tmp_path / "runs"))
    assert cache_folder() == tmp_path / "runs"


@pytest.mark.parametrize("folder", ["state", "./state", "~/state"])
def test_state_beside_whichever_folder_a_command_is_given_in_is_refused(
    folder: str, nobody: pytest.MonkeyPatch
) -> None:
    nobody.setenv("XDG_STATE_HOME", folder)
    with pytest.raises(FolderError, match="to an absolute path"):
        state_folder()


def test_tilde_is_the_home_of_the_account_or_of_the_one_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/srv/raceway")
    assert expanded("~/refused") == Path("/srv/raceway/refused")
    assert expanded("~root/refused") == Path(pwd.getpwnam("root").pw_dir) / "refused"
    assert expanded("a~b/~c") == Path("a~b/~c")


@pytest.mark.parametrize("text", ["~", "~/state", "~nobody-of-this-name", "~nobody-of-this-name/state"])
def test_home_that_is_not_known_is_refused(text: str, nobody: pytest.MonkeyPatch) -> None:
    with pytest.raises(FolderError, match=r"there is no home folder ~.*; write the whole path"):
        expanded(text)


def test_number_of_the_account_is_named(nobody: pytest.MonkeyPatch) -> None:
    nobody.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(FolderError, match="user 12345"):
        state_folder()
