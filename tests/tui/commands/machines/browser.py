"""A browser without a window, driven by its debugging protocol."""

import base64
import contextlib
import json
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")

PATIENCE = 60.0
"""Time for the browser to start, and for a page to show something [s]."""

KEYS = {"Enter": ("\r", 13), "Escape": ("\x1b", 27), "Down": ("", 40)}


def browser_program() -> str | None:
    """Return the browser of this computer, None without one."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Page:
    """One page of the browser."""

    def __init__(self, connection: Any) -> None:
        self._connection, self._count = connection, 0

    def call(self, method: str, **given: object) -> dict[str, Any]:
        """Call a method of the protocol."""
        self._count += 1
        self._connection.send(json.dumps({"id": self._count, "method": method, "params": given}))
        while True:
            answer = json.loads(self._connection.recv(PATIENCE))
            if answer.get("id") == self._count:
                assert "error" not in answer, answer
                found: dict[str, Any] = answer["result"]
                return found

    def go(self, address: str) -> None:
        self.call("Page.navigate", url=address)

    def value(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript; None where it fails."""
        found = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        return found["result"].get("value")

    def wait(self, expression: str, holds: Callable[[Any], object] = bool) -> Any:
        """Wait until the value of an expression is as expected; return it."""
        end = time.monotonic() + PATIENCE
        while not holds(value := self.value(expression)):
            assert time.monotonic() < end, f"{expression} stays {value!r}"
            time.sleep(0.1)
        return value

    def press(self, key: str) -> None:
        """Press and release a key; text is pressed letter by letter."""
        for name in [key] if key in KEYS else key:
            text, code = KEYS.get(name, (name, ord(name.upper())))
            given = {"key": name, "windowsVirtualKeyCode": code}
            down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
            self.call("Input.dispatchKeyEvent", **down, **given)
            self.call("Input.dispatchKeyEvent", type="keyUp", **given)

    def resize(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def upload(self, selector: str, *files: Path) -> None:
        """Choose files in a field of the page."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(one) for one in files])

    def picture(self) -> bytes:
        """Return the page as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot")["data"])


@contextlib.contextmanager
def opened(program: str, folder: Path) -> Iterator[Page]:
    """Start the browser with an empty page; its profile goes into a folder."""
    from websockets.sync.client import connect

    words = [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    words += ["--no-first-run", "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, errors="replace") as process:
        try:
            assert process.stderr
            said = next((line for line in process.stderr if "DevTools listening" in line), "")
            port = re.search(r"127\.0\.0\.1:(\d+)", said)
            assert port, "the browser did not start"
            with urllib.request.urlopen(f"http://127.0.0.1:{port[1]}/json", timeout=PATIENCE) as answer:
                (page,) = [one for one in json.load(answer) if one["type"] == "page"]
            with connect(page["webSocketDebuggerUrl"], max_size=2**26) as connection:
                yield Page(connection)
        finally:
            process.terminate()
            process.stderr.close()
