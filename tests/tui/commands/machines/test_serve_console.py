"""`raceway serve --console`: the console in a page, by its WebSocket and in a real browser."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyte
import pytest

from engine.records.events import EventKind
from engine.store.store import Store
from tests.engine.rigs import SmallRig
from tests.tui.commands.machines import browser
from tui.console.alarm_actions import REPEAT_SECONDS, UNSEEN_SECONDS

pytest.importorskip("fastapi", reason="needs the extra raceway[serve]")
websockets = pytest.importorskip("websockets.sync.client", reason="needs the extra raceway[serve]")
exceptions = pytest.importorskip("websockets.exceptions")

PATIENCE = 60.0
APART = 1.0 + max(REPEAT_SECONDS, UNSEEN_SECONDS)
"""Time from one press of a key to the next [s]."""

SECRETS = {"read": "a-long-secret-read", "operate": "a-long-secret-operate"}
SIZE = {"columns": 100, "rows": 30}
ALARM = "Right"
"""The component of the small rig that fails; the first screen names it."""


@pytest.fixture
def state(small_rig: SmallRig, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_rig.state, tmp_path / "state"))


@pytest.fixture
def tokens(tmp_path: Path) -> Path:
    file = tmp_path / "tokens.toml"
    entries = (
        f'[[token]]\nname = "{role}r"\nrole = "{role}"\ntoken = "{secret}"\n'
        for role, secret in SECRETS.items()
    )
    file.write_text("".join(entries))
    file.chmod(0o600)
    return file


@contextlib.contextmanager
def served(state: Path, *options: object) -> Iterator[str]:
    """Serve the console of a store; yield host and port."""
    program = [sys.executable, "-c", "from tui.cli import main; main()", "serve", "--console", "--port", "0"]
    words = [*program, "--state", str(state), *map(str, options)]
    # The size of the terminal that starts the service means nothing to a visitor.
    shell = os.environ | {"COLUMNS": "80", "LINES": "24"}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=shell) as process:
        assert process.stdout
        address = re.search(r"http://(\S+)", process.stdout.readline())
        assert address
        try:
            yield address[1]
        finally:
            process.terminate()
            assert process.wait(PATIENCE) == 0


def screen() -> pyte.Screen:
    return pyte.Screen(SIZE["columns"], SIZE["rows"])


def seen(line: Any, screen: pyte.Screen, words: str, keys: bytes = b"") -> None:
    """Draw output until some words are on the screen; press keys until they are."""
    stream = pyte.ByteStream(screen)
    end = time.monotonic() + PATIENCE
    pressed = 0.0
    while words not in (drawn := "\n".join(screen.display)):
        assert time.monotonic() < end, drawn
        if keys and time.monotonic() - pressed > APART:
            line.send(keys)
            pressed = time.monotonic()
        with contextlib.suppress(TimeoutError):
            message = line.recv(0.5)
            assert isinstance(message, bytes), message
            stream.feed(message)


def last_word(line: Any) -> dict[str, Any]:
    """Return the last message of the service."""
    while isinstance(message := line.recv(PATIENCE), bytes):
        pass
    found: dict[str, Any] = json.loads(message)
    return found


def acknowledged_by(state: Path) -> list[str]:
    with Store.open(state, read_only=True) as store:
        events = store.events(store.assessments()[-1])
    return [str(one.detail.get("by")) for one in events if one.kind is EventKind.ACKNOWLEDGED]


def acknowledged(state: Path, press: Callable[[], object]) -> list[str]:
    """Press the key until it is stored.

    A console takes no answer to a ring that it has only just drawn, and takes quick presses for a held key.
    """
    end = time.monotonic() + PATIENCE
    pressed = 0.0
    while not (found := acknowledged_by(state)) and time.monotonic() < end:
        if time.monotonic() - pressed > APART:
            press()
            pressed = time.monotonic()
        time.sleep(0.1)
    return found


def test_a_token_decides_on_what_a_console_may_do(state: Path, tokens: Path) -> None:
    with served(state, "--tokens", tokens) as address:
        place = f"ws://{address}/console/socket"
        for first in ({}, {"token": "no-such-token-at-all"}, {"token": 7}):
            with websockets.connect(place) as line:
                line.send(json.dumps(SIZE | first))
                assert last_word(line)["field"] == "token"
        with websockets.connect(place) as line:
            line.send(json.dumps(SIZE | {"token": SECRETS["read"]}))
            shown = screen()
            seen(line, shown, ALARM)
            seen(line, shown, "This console is read-only", b"a")
            line.send(json.dumps({"columns": 60, "rows": 16}))
            seen(line, pyte.Screen(60, 16), ALARM)
        assert acknowledged_by(state) == []
        with websockets.connect(place) as line:
            line.send(json.dumps(SIZE | {"token": SECRETS["operate"]}))
            seen(line, screen(), ALARM)
            (by,) = acknowledged(state, lambda: line.send(b"a"))
            assert by.startswith("operater (")
            line.send(b"q")
            assert last_word(line)["ended"] is True


@pytest.fixture(scope="module")
def open_console(small_rig: SmallRig, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a console without tokens; yield host and port."""
    state = shutil.copytree(small_rig.state, tmp_path_factory.mktemp("open") / "state")
    with served(Path(state)) as address:
        yield address


@pytest.mark.parametrize(
    ("name", "origin"),
    [
        ("", "http://elsewhere.example"),
        ("", "null"),
        ("elsewhere.example", None),
        ("elsewhere.example", "http://elsewhere.example"),
    ],
)
def test_a_page_of_another_site_opens_no_console(open_console: str, name: str, origin: str | None) -> None:
    host, port = open_console.split(":")
    with (
        socket.create_connection((host, int(port))) as line,
        pytest.raises(exceptions.InvalidStatus) as refused,
        websockets.connect(f"ws://{name or open_console}/console/socket", sock=line, origin=origin),
    ):
        pass
    assert refused.value.response.status_code == 403


needs_browser = pytest.mark.skipif(
    browser.browser_program() is None, reason="no Chromium here; install it to test the pages in a browser"
)


@needs_browser
def test_the_console_works_in_a_browser(state: Path, tmp_path: Path) -> None:
    program = browser.browser_program()
    assert program
    screen = "Array.from({length: terminal.rows}, (_, n) =>"
    screen += " terminal.buffer.active.getLine(n).translateToString(true, 0, terminal.cols)).join('\\n')"
    with served(state) as address, browser.opened(program, tmp_path / "profile") as page:
        page.resize(1000, 600)
        page.go(f"http://{address}/console")
        page.wait(screen, lambda text: text and ALARM in text)
        wide = page.value("terminal.cols")
        assert len(acknowledged(state, lambda: page.press("a"))) == 1
        page.resize(700, 500)
        narrow = page.wait("terminal.cols", lambda columns: columns < wide)
        # The border of a box reaches the new edge only if the console knows the new size.
        page.wait(
            screen,
            lambda text: any(len(line) == narrow and line.endswith("╮") for line in text.split("\n")),
        )
        picture = page.picture()
        assert picture.startswith(b"\x89PNG")
        (tmp_path / "console.png").write_bytes(picture)
        outside = (
            "performance.getEntriesByType('resource').filter((one) => !one.name.includes(location.host))"
        )
        assert page.value(f"{outside}.length") == 0
        page.press("q")
        assert "Closed" in page.wait("document.getElementById('words').textContent")


@needs_browser
def test_a_recording_is_uploaded_and_its_verdict_and_plots_are_seen(
    small_rig: SmallRig, state: Path, tmp_path: Path
) -> None:
    program = browser.browser_program()
    assert program
    file = tmp_path / small_rig.run.entries[-1].name
    file.write_bytes(small_rig.run.content(len(small_rig.run) - 1))
    options = ["--bundle", small_rig.bundle_folder, "--config", small_rig.config]
    with served(state, *options) as address, browser.opened(program, tmp_path / "profile") as page:
        page.go(f"http://{address}/")
        page.wait("document.readyState === 'complete' && document.getElementById('upload') !== null")
        page.upload("#files", file)
        page.value("document.querySelector('#upload button').click()")
        assert "1 scored" in page.wait(
            "document.getElementById('words').textContent", lambda t: "scored" in t
        )
        assert ALARM in page.value("document.querySelector('tr.abnormal').textContent")
        page.wait("[...document.images].every((one) => one.complete && one.naturalWidth > 0)")
        assert page.value("document.images.length") >= 4
        assert page.value("document.getElementById('save').href").startswith("blob:")
        (tmp_path / "upload.png").write_bytes(page.picture())
