"""How a child process ended, in words."""

import re
import signal
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.system.processes.child_death import LONGEST_QUOTE, Cause, death_of, signal_name

FATAL = [
    number
    for number in signal.Signals
    if number not in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGCONT)
]


@pytest.mark.parametrize("number", FATAL, ids=lambda number: number.name)
def test_signal_that_killed_a_process_is_named(number: signal.Signals) -> None:
    words = death_of(-number, library="TensorFlow").words
    assert words.startswith(f"was killed by {number.name}")
    assert re.search(r"\d", words.replace(number.name, "")) is None


def test_real_process_is_read_as_its_signal() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import os; os.kill(os.getpid(), 4)"], check=False, capture_output=True
    )
    death = death_of(done.returncode, library="TensorFlow")
    assert death.cause is Cause.PROCESSOR
    assert death.words.startswith(
        "was killed by SIGILL (this computer's processor lacks instructions that TensorFlow"
    )


@pytest.mark.parametrize(
    ("code", "said", "cause"),
    [
        (-signal.SIGKILL, "", Cause.MEMORY),
        (-signal.SIGBUS, "", Cause.DISK),
        (-signal.SIGTERM, "", Cause.ASKED),
        (-signal.SIGSEGV, "", Cause.UNKNOWN),
        (-signal.SIGABRT, "The library was compiled to use AVX instructions", Cause.PROCESSOR),
        (-signal.SIGABRT, "terminate called after throwing 'std::bad_alloc'", Cause.MEMORY),
        (1, "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 3 GiB", Cause.MEMORY),
        (1, "MemoryError", Cause.MEMORY),
        (1, "ImportError: libtensorflow_cc.so.2: failed to map segment from shared object", Cause.MEMORY),
        (1, "OSError: [Errno 28] No space left on device", Cause.DISK),
        (1, "ValueError: no such shape", Cause.UNKNOWN),
    ],
)
def test_cause_follows_from_the_signal_or_from_the_last_line(code: int, said: str, cause: Cause) -> None:
    assert death_of(code, said).cause is cause


@pytest.mark.parametrize(
    ("code", "said", "words"),
    [
        (3, "", "ended with exit code 3 and printed nothing"),
        (3, "one\nlast\n\n", "ended with exit code 3: last"),
        (126, "", "ended with exit code 126 (it may not be executed) and printed nothing"),
        (127, "", "ended with exit code 127 (a command in it was not found) and printed nothing"),
        (137, "", "ended with exit code 137 (a shell's code for SIGKILL) and printed nothing"),
        (-11, "last", "was killed by SIGSEGV (a fault in a native library, or in the memory of this computer)"
        "; its last line: last"),
    ],
)  # fmt: skip
def test_exit_code_and_last_line_are_told(code: int, said: str, words: str) -> None:
    assert death_of(code, said).words == words


def test_signal_without_a_name_is_a_number() -> None:
    unnamed = next(number for number in range(1, 65) if number not in set(signal.Signals))
    assert signal_name(unnamed) == f"signal {unnamed}"
    assert death_of(-unnamed).words == f"was killed by signal {unnamed}"


@given(st.integers(-300, 300).filter(bool), st.text())
def test_every_end_is_told_in_one_short_line(code: int, said: str) -> None:
    words = death_of(code, said).words
    assert words
    assert len(words) < LONGEST_QUOTE + 250
    assert len(words.splitlines()) == 1
