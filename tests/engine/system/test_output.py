"""Output in encodings that lack letters."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.system.output import replace_unencodable
from engine.system.processes.child_process import environment

ENCODINGS = ["ascii", "iso-8859-1", "iso-8859-15", "cp1252", "koi8-r", "utf-8"]


def printed(text: str, encoding: str) -> str:
    """Return the standard output for a terminal of an encoding; standard error gets the same."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding, "strict", newline="\n") for _ in range(2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", streams[0])
        patch.setattr(sys, "stderr", streams[1])
        replace_unencodable()
        print(text, end="")
        print(text, end="", file=sys.stderr)
        out, err = (stream.buffer.getvalue() for stream in streams if stream.flush() is None)
    assert out == err
    return out.decode(encoding)


@given(st.text(), st.sampled_from(ENCODINGS))
def test_no_letter_makes_output_fail(text: str, encoding: str) -> None:
    shown = printed(text, encoding)
    assert len(shown) == len(text)
    assert all(a == b or a == "?" for a, b in zip(shown, text, strict=True))


def test_letters_that_the_encoding_has_are_kept() -> None:
    assert printed("Насос 4: 0.6 °", "iso-8859-1") == "????? 4: 0.6 °"
    assert printed("Насос 4", "koi8-r") == "Насос 4"


def test_streams_that_are_closed_or_no_text_files_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    replace_unencodable()
    print("Насос", file=sys.stderr)


PRINT = """
import sys
from engine.system.output import printed
sys.exit(0 if printed("x" * int(sys.argv[1])) else 2)
"""


@pytest.mark.parametrize("size", [1, 100_000])
def test_output_that_nobody_takes_is_no_failure(size: int) -> None:
    command = [sys.executable, "-c", PRINT, str(size)]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=environment(), check=False)
    assert (done.returncode, done.stderr) == (2, b"")
    done = subprocess.run(command, capture_output=True, env=environment(), check=False)
    assert (done.returncode, len(done.stdout), done.stderr) == (0, size + 1, b"")


def test_complaint_that_nobody_takes_is_no_failure() -> None:
    program = "import sys; from engine.system.output import complain; complain('x' * 100_000); sys.exit(2)"
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-c", program], stderr=full, env=environment(), check=False)
    assert done.returncode == 2
