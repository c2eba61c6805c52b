"""Reports are written by a process of their own, bounded in number and time."""

import asyncio
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

pytest.importorskip("fastapi", reason="needs the extra raceway[serve]")

from engine.api.children.reporting import AT_ONCE, CommandOf, Kind, Reporter
from engine.api.faults import FaultError


def running(program: str) -> CommandOf:
    return lambda machine, file: [sys.executable, "-c", program, machine, str(file)]


WRITES = running("import sys, pathlib; pathlib.Path(sys.argv[2]).write_text(sys.argv[1])")


@pytest.mark.parametrize("kind", list(Kind))
async def test_a_report_is_the_file_of_the_command(kind: Kind) -> None:
    assert await Reporter(WRITES).report("press 4; $(x)", kind) == b"press 4; $(x)"


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("import sys; sys.exit('raceway: the library is missing')", "the library is missing"),
        ("import sys; sys.exit(3)", "it gave no reason"),
        ("pass", "No such file"),
        ("import signal; signal.pause()", "takes longer than"),
    ],
)
async def test_a_report_that_cannot_be_written_is_one_sentence(program: str, words: str) -> None:
    seconds = 0.5 if "pause" in program else 60
    with pytest.raises(FaultError, match=words) as refused:
        await Reporter(running(program), seconds).report("press 4", Kind.HTML)
    assert refused.value.status == 503


async def test_reports_at_once_are_bounded() -> None:
    reporter = Reporter(WRITES)
    found = await asyncio.gather(
        *(reporter.report("press 4", Kind.HTML) for _ in range(AT_ONCE + 1)), return_exceptions=True
    )
    assert sum(isinstance(one, FaultError) for one in found) == 1
    assert await reporter.report("press 4", Kind.HTML)


def test_a_service_without_reports_says_so(client: TestClient, machine: str, tmp_path: Path) -> None:
    assert client.get(f"{machine}/report").status_code == 503
    assert client.get("/v1/machines/no such/report").status_code == 404
    assert client.get(f"{machine}/report?format=exe").status_code == 422
