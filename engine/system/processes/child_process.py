"""Child processes that run a module of Raceway: command line, environment, one run to its end."""

import os
import subprocess
import sys
from pathlib import Path


def command(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs a module with this Python.

    The current folder is not on the module path (-P): it may hold a folder called `engine`.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def run_module(module: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a module of Raceway on a folder that holds its input, and wait for its end; it reads no input.

    Temporary files of the child go into the folder.
    """
    return subprocess.run(
        command(module, str(folder)),
        env={**environment(), "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def environment() -> dict[str, str]:
    """Return this process's environment, with the location of Raceway on the module path."""
    here = str(Path(__file__).resolve().parents[3])
    inherited = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([here, inherited] if inherited else [here])}
