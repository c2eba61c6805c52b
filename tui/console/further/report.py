"""The report of an alarm by one key: a child process writes it, so that the screen never waits."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from engine.clock import moment
from engine.records.picker import address
from tui.console.host import Host
from tui.console.options import ConsoleOptions
from tui.data.frame import Frame, meant
from tui.draw.format import reason, subject
from tui.draw.notice import Notice
from tui.draw.text import Role, clean

if TYPE_CHECKING:
    from engine.alarms.alarm import Alarm

LONGEST_SECONDS = 300.0
"""After this time a report is given up; the longest records take some ten seconds."""

SUFFIX = "html"


class Spawning(Protocol):
    """The application as this action sees it."""

    def spawn(self, work: Callable[[], Coroutine[object, object, None]], group: str) -> None:
        """Run a coroutine function on the event loop."""


class ReportAction:
    """Writes the report of the alarm that is meant, one report at a time."""

    def __init__(self, window: Spawning, host: Host, options: ConsoleOptions, folder: Path) -> None:
        """Write into a folder.

        Args:
            window: runs the work.
            host: the console.
            options: of the console; they hold the command that writes reports.
            folder: of the files; it is made if it is missing.
        """
        self._window, self._host, self._options, self._folder = window, host, options, folder
        self._busy = False

    def write(self) -> None:
        """Begin to write the report of the alarm that is meant."""
        frame = self._host.frame
        if not self._options.report:
            self._host.tell(Notice("This console cannot write reports; use raceway report --alarm."))
            return
        if self._busy:
            self._host.tell(Notice("A report is being written …"))
            return
        alarm = None
        if frame is not None:
            alarms = self._host.selection.alarms_meant(frame, self._host.rows)
            alarm = meant(alarms, lambda one: one.stands)
        if frame is None or alarm is None:
            self._host.tell(Notice("There is no alarm here; select one."))
            return
        self._busy = True
        self._host.tell(Notice(f"Writing the report: {about(alarm)} …"))
        self._window.spawn(partial(self._write, frame, alarm), "reporting")

    async def _write(self, frame: Frame, alarm: "Alarm") -> None:
        try:
            self._host.tell(await self._written(frame, alarm))
        finally:
            self._busy = False

    async def _written(self, frame: Frame, alarm: "Alarm") -> Notice:
        """Run the command; return the notice of its file, or of its fault."""
        from engine.reports.screen_export import free_name, safe_name
        from engine.system.processes.child_process import environment

        machine = frame.view.assessment.machine
        stamp = "" if frame.playhead.at is None else f"{moment(frame.playhead.at):%Y%m%dT%H%M%SZ}"
        name = safe_name("report", machine, alarm.component or alarm.source, stamp)
        try:
            await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
            file = self._folder / f"{free_name(self._folder, name, [SUFFIX])}.{SUFFIX}"
            child = await asyncio.create_subprocess_exec(
                *self._options.report,
                *arguments(frame, alarm, file),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                env=environment(),
            )
        except OSError as error:
            return Notice(f"No report: {error.filename or self._folder}: {error.strerror}", Role.ALARM)
        try:
            _, said = await asyncio.wait_for(child.communicate(), LONGEST_SECONDS)
        except TimeoutError:
            return Notice(f"No report: it took longer than {LONGEST_SECONDS:.0f} s.", Role.ALARM)
        finally:
            if child.returncode is None:
                # The console is left, or the report takes too long.
                child.kill()
        if child.returncode:
            return Notice(f"No report: {fault_of(said)}", Role.ALARM)
        return Notice(f"Report written: {file}", Role.GOOD)


def about(alarm: "Alarm") -> str:
    """Return the alarm of a report in a few words."""
    return f"{subject(alarm)}, {reason(alarm)}"


def arguments(frame: Frame, alarm: "Alarm", file: Path) -> Sequence[str]:
    """Return the options of `raceway report` for an alarm as of the playhead.

    Args:
        frame: on the screen.
        alarm: of the report.
        file: to write.
    """
    view = frame.view
    words = [f"--machine={address(view.assessment)}", f"--alarm={alarm.key}", f"--out={file}"]
    if frame.index >= 0 and not frame.playhead.following:
        words.append(f"--at={int(view.series.positions[frame.index])}")
    if view.session and any(event.session == view.session for event in view.events):
        # A session in which nothing is stored is none yet.
        words.append(f"--session={view.session}")
    return words


def fault_of(said: bytes) -> str:
    """Return the sentence of a command that failed: its last line, without the name of the program."""
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    return clean(lines[-1].removeprefix("raceway: ")) if lines else "the command gave no reason"
