"""The report of an alarm by one key: its command, its file, and what is said where it fails."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tui import synthetic
from tests.tui.conftest import Clock, options
from tests.tui.console.fake_host import FakeHost
from tests.tui.two_alarms import two_alarms
from tui.command_lines import program_line
from tui.console.further.report import ReportAction, arguments, fault_of
from tui.console.options import ConsoleOptions


class Window:
    """Keeps the work that was begun."""

    def __init__(self) -> None:
        """Begin without any."""
        self.work: list[Callable[[], Coroutine[object, object, None]]] = []

    def spawn(self, work: Callable[[], Coroutine[object, object, None]], group: str) -> None:
        """Keep the work."""
        self.work.append(work)

    def finish(self) -> None:
        """Do the work."""
        while self.work:
            asyncio.run(self.work.pop(0)())  # type: ignore[arg-type]  # a coroutine


@pytest.fixture
def host(tmp_path: Path) -> FakeHost:
    """Two alarms, with the playhead after both."""
    synthetic.fill(tmp_path / "state", 120, extra=two_alarms)
    host = FakeHost(tmp_path / "state", None)
    host.look(110)
    return host


def console(host: FakeHost, clock: Clock, code: str = "") -> ConsoleOptions:
    """Options with a program in place of `raceway report`."""
    return replace(options(host.state, clock), report=(sys.executable, "-c", code))


WRITES = (
    "import sys; file = [word[6:] for word in sys.argv if word.startswith('--out=')][0];"
    " open(file, 'w').write(' '.join(sys.argv))"
)


def test_the_report_is_written_beside_earlier_ones_and_its_file_is_told(
    host: FakeHost, clock: Clock, tmp_path: Path
) -> None:
    window, folder = Window(), tmp_path / "exports"
    action = ReportAction(window, host, console(host, clock, WRITES), folder)
    for number in (1, 2):
        action.write()
        assert host.notice.text.startswith("Writing the report: Bearing 1")
        window.finish()
        assert len(list(folder.glob("report-*-Bearing-1-*.html"))) == number
        assert host.notice.text.startswith(f"Report written: {folder}")
    assert host.frame is not None
    said = next(iter(folder.iterdir())).read_text()
    assert f"--alarm={host.frame.alarms[0].key}" in said
    assert "--at=110" in said


def test_only_one_report_is_written_at_a_time(host: FakeHost, clock: Clock, tmp_path: Path) -> None:
    window = Window()
    action = ReportAction(window, host, console(host, clock, WRITES), tmp_path / "exports")
    action.write()
    action.write()
    assert host.notice.text == "A report is being written …"
    assert len(window.work) == 1


def test_a_fault_of_the_command_is_told_in_its_own_words(
    host: FakeHost, clock: Clock, tmp_path: Path
) -> None:
    window = Window()
    missing = "import sys; sys.exit('raceway: a report needs the extra: pip install raceway[report]')"
    action = ReportAction(window, host, console(host, clock, missing), tmp_path / "exports")
    action.write()
    window.finish()
    assert host.notice.text == "No report: a report needs the extra: pip install raceway[report]"


def test_a_folder_that_cannot_be_made_is_named(host: FakeHost, clock: Clock, tmp_path: Path) -> None:
    window, taken = Window(), tmp_path / "exports"
    taken.write_text("a file")
    action = ReportAction(window, host, console(host, clock, WRITES), taken)
    action.write()
    window.finish()
    assert host.notice.text.startswith(f"No report: {taken}")


def test_without_an_alarm_or_a_command_nothing_begins(host: FakeHost, clock: Clock, tmp_path: Path) -> None:
    window = Window()
    ReportAction(window, host, options(host.state, clock), tmp_path).write()
    assert "cannot write reports" in host.notice.text
    host.look(5)
    ReportAction(window, host, console(host, clock), tmp_path).write()
    assert host.notice.text == "There is no alarm here; select one."
    assert not window.work


def test_the_session_is_named_once_something_is_stored_in_it(host: FakeHost) -> None:
    frame = host.frame
    assert frame is not None
    words = arguments(frame, frame.alarms[0], Path("a.html"))
    assert not [one for one in words if one.startswith("--session")]


def test_a_command_without_a_word_is_told_as_such() -> None:
    assert fault_of(b"\n") == "the command gave no reason"
    assert fault_of(b"Traceback\nraceway: no\x1b disk\n") == "no disk"


def test_the_real_command_names_the_store(tmp_path: Path) -> None:
    words = program_line("report", state=tmp_path / "s", config=tmp_path / "c.toml")
    assert words[-5:] == ["report", "--state", str(tmp_path / "s"), "--config", str(tmp_path / "c.toml")]
