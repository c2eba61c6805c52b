"""Runs the scoring of requests in a few threads, so that small requests never wait for large ones."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from engine.api.faults import FaultError

T = TypeVar("T")

WAITING = 64
"""Requests that wait for a thread at most; further ones are refused at once."""


class Pool:
    """A bounded pool of threads."""

    def __init__(self, threads: int) -> None:
        """Start with so many threads."""
        self._threads = ThreadPoolExecutor(threads, "raceway-score")
        self._free = threads + WAITING

    async def run(self, work: Callable[[], T]) -> T:
        """Run a function in a thread and return its result.

        Raises:
            FaultError: too many requests wait (503).
        """
        if self._free <= 0:
            raise FaultError(503, "too many requests wait for scoring; try again in a second")
        self._free -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._free += 1

    def close(self) -> None:
        """Let what runs finish, and end the threads."""
        self._threads.shutdown(cancel_futures=True)
