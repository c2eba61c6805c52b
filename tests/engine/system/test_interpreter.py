"""Linear algebra keeps to one thread, unless the environment says otherwise."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

THREADS = (
    "import engine.system.interpreter as interpreter, sys; interpreter.keep_to_one_thread()\n"
    "import numpy, os; print(len(os.listdir('/proc/self/task')), os.environ['OPENBLAS_NUM_THREADS'])"
)


def run(code: str, **extra: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment | extra, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted on Linux")
def test_numpy_starts_no_thread_of_its_own() -> None:
    assert run(THREADS) == "1 1"


def test_a_number_of_the_environment_stays() -> None:
    assert run(THREADS, OPENBLAS_NUM_THREADS="2").endswith(" 2")


def test_the_command_line_sets_it_before_numpy_is_loaded() -> None:
    assert run("import sys, tui.cli; print('numpy' in sys.modules)") == "False"
