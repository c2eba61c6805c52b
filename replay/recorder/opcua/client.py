"""A connection to an OPC UA server: subscribes to nodes, and connects again whenever it ends.

The thread of the caller runs everything: while a slow disk holds it up, the server keeps values in its queue.
"""

import asyncio
import logging
import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from replay.recorder.opcua.assembly import Value
from replay.recorder.rows import StreamError
from replay.recording import clean_text

if TYPE_CHECKING:
    from asyncua.client.client import Client

FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0
"""Waits between two attempts to connect [s]; each is twice the one before."""

TICK = 0.1
"""Time between two looks at what came [s]."""

PUBLISHED = 100
"""Interval of the server's publishing [ms]."""

QUEUE_SECONDS = 10.0
"""Values that the server shall keep for each node while they are not fetched [s]."""

LEAST_QUEUE = 10
"""Values that the server shall keep of a node at least."""

ANSWER_SECONDS, PROBE_SECONDS = 10.0, 5.0
"""Longest wait for an answer; interval of probes, and longest wait for their answers [s].

A disk that holds up this thread for a second or two must not look like a server that is gone."""

LEAVE_SECONDS = 2.0
"""Longest wait for the server when a connection is ended."""

OVERFLOW = 0x480
"""Bits of a status code: its info is of a data value, and the queue overflowed."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Values that came, in order.

    Attributes:
        at: wall time [s since 1970].
        values: in the order of the server.
        broken: reason for which the connection broke before them; empty if it did not.
        notice: a change that a person should know; empty if none.
    """

    at: float
    values: tuple[Value, ...] = ()
    broken: str = ""
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a server, without its account."""

    url: str
    user: str | None = None
    password: str | None = None


def address_of(words: str) -> Address:
    """Return the server of an address like opc.tcp://USER@HOST:4840/PATH.

    Raises:
        StreamError: it names no host.
    """
    parts = urlsplit(words, allow_fragments=False)
    try:
        host, port = parts.hostname, parts.port or 4840
    except ValueError:
        host, port = None, 0
    if not host:
        raise StreamError(
            f"{clean_text(words.rpartition('@')[2])} names no server: give opc.tcp://HOST:PORT/PATH"
        )
    host = f"[{host}]" if ":" in host else host
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return Address(f"opc.tcp://{host}:{port}{parts.path}", user, password)


class OpcSource:
    """Reads the nodes of a server."""

    def __init__(self, address: Address, nodes: Sequence[str], rate: float) -> None:
        """Take the server, the nodes ("ns=2;s=Vibration"), and the values per second of each.

        Raises:
            StreamError: a node is none, or asyncua is not installed.
        """
        try:
            from asyncua import ua
            from asyncua.ua.uaerrors import UaError
        except ImportError as error:
            raise StreamError(
                f"an OPC UA server needs asyncua ({error}): pip install 'raceway[opcua]'"
            ) from error
        logging.getLogger("asyncua").setLevel(logging.CRITICAL)
        self._address, self._names, self._rate = address, tuple(nodes), rate
        try:
            self._nodes = [ua.NodeId.from_string(one) for one in nodes]
        except (UaError, ValueError) as error:
            raise StreamError(
                f"a --node is not a node id like ns=2;s=Vibration ({clean_text(str(error))})"
            ) from error
        self._client: Client | None = None
        self._came: list[Value] = []
        self._broken = ""

    def batches(self, stop: threading.Event) -> Iterator[Batch]:
        """Yield what comes, and an empty batch every `TICK`, until `stop` is set.

        Raises:
            StreamError: the server has no such node, at the first connection.
        """
        loop = asyncio.new_event_loop()
        wait, said, is_first = FIRST_WAIT, "", True
        try:
            while not stop.is_set():
                try:
                    loop.run_until_complete(self._connect())
                except _errors() as error:
                    if isinstance(error, StreamError) and is_first:
                        raise
                    words = f"{self._address.url} cannot be read ({_words(error)}); trying again"
                    if words != said:
                        said = words
                        yield Batch(time.time(), notice=words)
                else:
                    said, is_first = "", False
                    yield Batch(time.time(), notice=f"connected to {self._address.url}")
                    for batch in self._until_it_breaks(loop, stop):
                        # A server that delivers is none to wait for long.
                        wait = FIRST_WAIT if batch.values else wait
                        yield batch
                loop.run_until_complete(self._disconnect())
                stop.wait(wait)
                wait = min(2 * wait, LONGEST_WAIT)
        finally:
            loop.run_until_complete(self._disconnect())
            _end(loop)

    def _until_it_breaks(self, loop: asyncio.AbstractEventLoop, stop: threading.Event) -> Iterator[Batch]:
        while not stop.is_set():
            loop.run_until_complete(asyncio.sleep(TICK))
            came, self._came = self._came, []
            yield Batch(time.time(), tuple(came))
            if self._broken:
                yield Batch(time.time(), broken=f"the connection broke ({self._broken})")
                return

    async def _connect(self) -> None:
        """Connect and subscribe.

        Raises:
            StreamError: the server has no such node.
        """
        from asyncua import ua
        from asyncua.client.client import Client
        from asyncua.ua.attribute_ids import AttributeIds

        self._came, self._broken = [], ""
        client = self._client = Client(self._address.url, ANSWER_SECONDS, PROBE_SECONDS)
        if self._address.user is not None:
            client.set_user(self._address.user)
            client.set_password(self._address.password or "")
        client.connection_lost_callback = self._lost
        await client.connect()
        subscription = await client.create_subscription(PUBLISHED, self)
        # Equal values in a row are values too.
        trigger = ua.DataChangeFilter(Trigger=ua.DataChangeTrigger.StatusValueTimestamp)
        queue = max(math.ceil(QUEUE_SECONDS * self._rate), LEAST_QUEUE)
        self._numbers = {node: number for number, node in enumerate(self._nodes)}
        items = [
            subscription._make_monitored_item_request(
                client.get_node(node),
                AttributeIds.Value,
                trigger,
                queue,
                ua.MonitoringMode.Reporting,
                ua.Double(1000 / self._rate),
            )
            for node in self._nodes
        ]
        made = await subscription.create_monitored_items(items)
        for name, one in zip(self._names, made, strict=True):
            if isinstance(one, ua.StatusCode):
                raise StreamError(f"{self._address.url}: node {clean_text(name)}: {one.name}")

    async def _disconnect(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            # A server that is gone takes no leave.
            with suppress(*_errors()):
                await asyncio.wait_for(client.disconnect(), LEAVE_SECONDS)

    async def _lost(self, error: Exception) -> None:
        self._broken = _words(error)

    def datachange_notification(self, node: Any, value: Any, data: Any) -> None:
        """Take a value; asyncua calls this."""
        told = data.monitored_item.Value
        at = told.SourceTimestamp or told.ServerTimestamp or datetime.now(UTC)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        status = told.StatusCode
        good = status is None or status.is_good()
        lost = status is not None and status.value & OVERFLOW == OVERFLOW
        number = self._numbers[node.nodeid]
        self._came.append(Value(number, at.timestamp(), value if good else None, lost))

    def status_change_notification(self, status: Any) -> None:
        """End the connection: the server ended the subscription. asyncua calls this."""
        self._broken = f"the server ended the subscription ({status.Status.name})"


def _end(loop: asyncio.AbstractEventLoop) -> None:
    """End what a connection that broke has left running, and close the loop."""
    loop.run_until_complete(_cancelled())
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


async def _cancelled() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _errors() -> tuple[type[Exception], ...]:
    """Return the errors of a server that is away or refuses."""
    from asyncua.ua.uaerrors import UaError

    return (OSError, asyncio.TimeoutError, UaError, StreamError)


def _words(error: Exception) -> str:
    told = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return clean_text(str(told))
