"""The OPC UA server: looks at the store every second, and shows its machines to clients that ask."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from engine.clock import wall_clock
from engine.errors import FailedError, UnusableError
from engine.opcua.looks import Look, Looks
from replay.recording import clean_text

if TYPE_CHECKING:
    from asyncua.server.server import Server

    from engine.opcua.conditions import Condition
    from engine.opcua.events import Events
    from engine.opcua.nodes import Nodes

LOOK_SECONDS = 1.0
"""Time between two looks at the store."""

BLIND_SECONDS = 10.0
"""Longest look; a store that does not answer for so long makes every value bad."""

DEFAULT_PORT = 4840
MISSING = "OPC UA needs asyncua: pip install 'raceway[opcua]'"


@dataclass(frozen=True, slots=True)
class Address:
    """The address of the server: host, port, and the path of its endpoint."""

    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """Return the address that clients use."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"opc.tcp://{host}:{self.port}{self.path}"


def address_of(words: str) -> Address:
    """Return the parts of an address like opc.tcp://127.0.0.1:4840/raceway.

    Raises:
        UnusableError: it is no such address.
    """
    try:
        parts = urlsplit(words)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme != "opc.tcp" or "@" in parts.netloc or parts.query or parts.fragment:
        raise UnusableError(f"{clean_text(words)!r} is not an address like opc.tcp://127.0.0.1:4840/raceway")
    return Address(host, DEFAULT_PORT if port is None else port, parts.path)


async def serve(state: Path, address: Address, stopping: asyncio.Event, ready: Callable[[str], None]) -> None:
    """Serve the machines of a store until asked to stop.

    Args:
        state: folder of the store.
        address: where to listen.
        stopping: ends the server when it is set.
        ready: called with the address once clients can connect.

    Raises:
        UnusableError: asyncua is not installed.
        FailedError: the store cannot be read at the start, or the port cannot be opened.
    """
    with ThreadPoolExecutor(1, "raceway-store") as thread:
        looks = Looks(state)
        try:
            first = await asyncio.get_running_loop().run_in_executor(thread, looks.read)
            _check_free(address)
            server = await _server(address)
            show = await _Show.made(server)
            await show.take(first)
            try:
                await server.start()
            except OSError as error:
                raise _not_free(address, error) from error
            try:
                ready(address.url)
                await _go_on(thread, looks, show, stopping)
            finally:
                await server.stop()
        finally:
            thread.submit(looks.close)


def _check_free(address: Address) -> None:
    """Open the port once: to make the server takes seconds."""
    try:
        family = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((address.host, address.port), family=family).close()
    except OSError as error:
        raise _not_free(address, error) from error


def _not_free(address: Address, error: OSError) -> FailedError:
    return FailedError(f"cannot listen on {address.url}: {error.strerror or error}")


async def _go_on(thread: ThreadPoolExecutor, looks: Looks, show: "_Show", stopping: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    end = loop.create_task(stopping.wait())
    while not end.done():
        await asyncio.wait({end}, timeout=LOOK_SECONDS)
        look = loop.run_in_executor(thread, looks.read)
        while not (end.done() or look.done()):
            waiting: set[asyncio.Future[Any]] = {end, look}
            await asyncio.wait(waiting, timeout=BLIND_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not (end.done() or look.done()):
                await show.hide(f"the store does not answer for {BLIND_SECONDS:g} s")
        if not look.done():
            continue
        try:
            await show.take(look.result())
        except FailedError as error:
            await show.hide(str(error))


class _Show:
    """The nodes and events as clients see them."""

    def __init__(self, nodes: "Nodes", events: "Events") -> None:
        self._nodes, self._events = nodes, events
        self._known: dict[str, dict[str, Condition]] = {}
        self._is_first = True

    @classmethod
    async def made(cls, server: "Server") -> "_Show":
        """Return the show of a server without machines."""
        from engine.opcua.events import Events
        from engine.opcua.nodes import Nodes

        nodes = await Nodes.made(server)
        return cls(nodes, Events(server, nodes))

    async def take(self, looks: Iterable[Look]) -> None:
        """Show a look at the store, and send the events of what changed since the last one."""
        from engine.opcua.conditions import changed

        found = tuple(looks)
        await self._nodes.show(found, wall_clock())
        for one in found:
            before, after = self._known.get(one.machine, {}), dict(one.conditions)
            if before != after:
                news = changed(before, after)
                if one.machine not in self._known:
                    news = [condition for condition in news if condition.retain]
                # Alarms of the time before this server stand in a refresh, and are no news.
                await self._events.publish(news, silently=self._is_first)
                self._known[one.machine] = after
        self._is_first = False

    async def hide(self, trouble: str) -> None:
        """Show that nothing is known now."""
        await self._nodes.hide(trouble)


async def _server(address: Address) -> "Server":
    """Return a server without machines that anybody may read and nobody may write.

    Raises:
        UnusableError: asyncua is not installed.
    """
    try:
        from asyncua import ua
        from asyncua.crypto.permission_rules import User, UserRole
        from asyncua.server.server import Server
        from asyncua.server.user_managers import UserManager
    except ImportError as error:
        raise UnusableError(f"{MISSING} ({error})") from error

    class Readers(UserManager):
        """Every client reads; none gets the rights of an administrator, whatever its name."""

        def get_user(self, *_given: Any, **_named: Any) -> User:
            """Return a client without rights to write."""
            return User(role=UserRole.User)

    for name in ("asyncua", "uamethod"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    server = Server(user_manager=Readers())
    with contextlib.suppress(AttributeError):
        server.allow_remote_admin(False)
    await server.init()
    server.set_endpoint(address.url)
    server.set_server_name("Raceway")
    await server.set_application_uri("urn:raceway:opcua")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    server.set_identity_tokens([ua.AnonymousIdentityToken])
    return server
