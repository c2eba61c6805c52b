"""Gives every test the same ground: private folders, no network, repeatable examples, real recordings."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The same examples on every machine: a law that breaks, breaks for everybody.
settings.register_profile("raceway", derandomize=True, deadline=None, database=None)
settings.load_profile("raceway")

# A person's terminal preferences must not change what a screen test sees.
_PREFERENCES = ("COLORTERM", "FORCE_COLOR", "NO_COLOR", "RACEWAY_STATE", "TTY_COMPATIBLE")


def pytest_configure() -> None:
    """Drop preferences before anything reads them: Textual does so when it is imported."""
    for name in list(os.environ):
        if name in _PREFERENCES or name.startswith("TEXTUAL"):
            del os.environ[name]


@pytest.fixture(scope="session", autouse=True)
def _private_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the caches and stores that tests make out of the user's own folders."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RACEWAY_CACHE", str(home / "cache" / "raceway"))
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        patch.setenv("XDG_STATE_HOME", str(home / "state"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Refuse every connection but those inside this machine."""
    connect = socket.socket.connect

    def connect_locally(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1"):
            raise OSError(f"tests use no network, but one connects to {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_locally)
        yield


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of full real recordings, holding `ims-set2/` and so on."""
    folder = os.environ.get("RACEWAY_DATA")
    if not folder:
        pytest.skip("needs the full recordings: set RACEWAY_DATA to the folder that holds ims-set2/")
    path = Path(folder)
    if not (path / "ims-set2").is_dir():
        pytest.fail(f"RACEWAY_DATA is {folder}, but there is no folder ims-set2 in it")
    return path
