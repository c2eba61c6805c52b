"""The report of a machine as a file. A process writes it, so that the service loads no plotting library."""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from engine.api.faults import FaultError
from engine.system.processes.child_process import environment
from replay.recording import clean_text

SECONDS = 120.0
"""Time for one report [s]."""

AT_ONCE = 2
"""Reports at once at most."""

LONGEST = 500
"""Characters of a reason that is passed on."""

CommandOf = Callable[[str, Path], list[str]]
"""Returns the command line that writes the report of a machine into a file."""


class Kind(StrEnum):
    """The format of a report."""

    HTML = "html"
    PDF = "pdf"

    @property
    def media_type(self) -> str:
        """Return the content type."""
        return "text/html; charset=utf-8" if self is Kind.HTML else "application/pdf"


class Reporter:
    """Writes reports, a bounded number at once."""

    def __init__(self, command_of: CommandOf, seconds: float = SECONDS) -> None:
        """Take the command, and the time for one report [s]."""
        self._command_of, self._seconds = command_of, seconds
        self._free = AT_ONCE

    async def report(self, machine: str, kind: Kind) -> bytes:
        """Return the report of a machine of the store.

        Raises:
            FaultError: too many reports are being written, or the report cannot be written (503).
        """
        if self._free <= 0:
            raise FaultError(503, "other reports are being written; try again in one minute")
        self._free -= 1
        try:
            with tempfile.TemporaryDirectory(prefix="raceway-report-") as folder:
                file = Path(folder) / f"report.{kind.value}"
                await self._written(self._command_of(machine, file))
                return await asyncio.to_thread(file.read_bytes)
        except OSError as error:
            raise FaultError(503, f"the report cannot be written: {error.strerror or error}") from error
        finally:
            self._free += 1

    async def _written(self, words: list[str]) -> None:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=environment(),
        )
        try:
            _, said = await asyncio.wait_for(process.communicate(), self._seconds)
        except TimeoutError as error:
            raise FaultError(503, f"the report takes longer than {self._seconds:g} s") from error
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if process.returncode:
            lines = said.decode(errors="replace").strip().splitlines() or ["it gave no reason"]
            reason = clean_text(lines[-1].removeprefix("raceway: "))[:LONGEST]
            raise FaultError(503, f"the report cannot be written: {reason}")
