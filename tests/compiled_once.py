"""Compiles each test module in one of the processes of a run: the others read it."""

import importlib
import os
import sys
from pathlib import Path

import pytest


def import_share(folder: Path) -> None:
    """Import a share of the test modules before their collection, so that this process leaves them compiled.

    All processes collect the same modules in the same order at the same time: without shares each of them
    rewrites and compiles every module, for fifteen seconds.

    Args:
        folder: of the tests.
    """
    worker, count = os.environ.get("PYTEST_XDIST_WORKER", ""), os.environ.get("PYTEST_XDIST_WORKER_COUNT", "")
    if not worker or sys.dont_write_bytecode:
        return
    files = sorted(folder.rglob("test_*.py"))[int(worker.removeprefix("gw")) :: int(count)]
    for name in (".".join(file.relative_to(folder.parent).with_suffix("").parts) for file in files):
        try:
            importlib.import_module(name)
        except (Exception, pytest.skip.Exception):
            # Its collection says why.
            continue
