"""Checks of every request before any parsing: its size, its rate, and its sender. Plain ASGI."""

import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from engine.api.faults import FaultError
from engine.api.tokens import NOBODY_ELSE, Caller, Role, Tokens

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

OPEN = frozenset({"/ping", "/", "/console"})
ASSETS = "/assets/"
"""Paths that need no token: they tell nothing of a machine. The pages ask for a token themselves."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Names of this computer: of a host that is listened on, and of a request without a token."""

CALLERS = 10_000
"""Callers whose rate is remembered."""


DRAINED = 4
"""Times the largest body that is read before the answer to a body that is too large."""


class Rates:
    """A token bucket for each caller."""

    def __init__(self, per_second: float, burst: float, now: Callable[[], float] = time.monotonic) -> None:
        """Allow so many requests a second in the long run, and so many at once."""
        self._rate, self._burst, self._now = per_second, burst, now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, caller: str) -> bool:
        """Count a request of a caller; return whether it is within the rate."""
        at = self._now()
        left, since = self._left.pop(caller, (self._burst, at))
        left = min(self._burst, left + (at - since) * self._rate)
        allowed = left >= 1
        self._left[caller] = (left - 1 if allowed else left, at)
        if len(self._left) > CALLERS:
            self._left.popitem(last=False)
        return allowed


class Gate:
    """Refuses what is too large, too frequent or not allowed; puts the caller into the scope."""

    def __init__(self, app: App, *, tokens: Tokens | None, largest: int, rates: Rates) -> None:
        """Guard an application.

        Args:
            app: the application.
            tokens: the known tokens; None where everybody may do everything, on loopback.
            largest: bytes of a body at most.
            rates: of requests.
        """
        self._app, self._tokens, self._largest, self._rates = app, tokens, largest, rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        is_page = scope["type"] == "websocket"
        try:
            self._look_at_origin(headers)
            self._admit(scope, headers, by_message=is_page)
        except FaultError as fault:
            if is_page:
                await send({"type": "websocket.close", "code": 1008, "reason": fault.sentence})
                return
            if fault.status == 413:
                await self._drain(receive)
            await _refuse(send, fault)
            return
        await self._app(scope, receive if is_page else self._counted(receive), send)

    def _look_at_origin(self, headers: dict[bytes, bytes]) -> None:
        """Refuse a request that a page of another site makes in the browser of an operator.

        Raises:
            FaultError: the page is of another site, or, without tokens, the name is not that of this
                computer (403).
        """
        host = headers.get(b"host", b"").decode("latin-1").lower()
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        if origin and origin.partition("://")[2] != host:
            raise FaultError(403, "a page of another site may not do that", "origin")
        if self._tokens is None and _hostname(host) not in LOOPBACK:
            # A name that its owner points to 127.0.0.1 makes any page one of this site.
            raise FaultError(403, "without a token file this service answers as localhost alone", "host")

    def _admit(self, scope: Scope, headers: dict[bytes, bytes], *, by_message: bool) -> None:
        """Check rate, size and token; the token of a WebSocket comes as its first message."""
        address = (scope.get("client") or ("",))[0]
        if not self._rates.allows(address):
            raise FaultError(429, "too many requests from this address; send fewer")
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._largest:
            raise FaultError(413, f"the body is larger than {self._largest} bytes", "body")
        if self._tokens is None:
            scope["caller"] = NOBODY_ELSE
            return
        if by_message:
            return
        caller = self._tokens.caller(headers.get(b"authorization", b"").decode("latin-1"))
        if caller is None and scope["path"] not in OPEN and not scope["path"].startswith(ASSETS):
            raise FaultError(401, "needs a known token: Authorization: Bearer TOKEN", "authorization")
        scope["caller"] = caller

    async def _drain(self, receive: Receive) -> None:
        """Read a body that is too large and forget it: a sender that is cut off sees no answer."""
        left = DRAINED * self._largest
        more = True
        while more and left > 0:
            message = await receive()
            left -= len(message.get("body", b""))
            more = message["type"] == "http.request" and message.get("more_body", False)

    def _counted(self, receive: Receive) -> Receive:
        """Count the bytes of a body that states no length."""
        count = 0

        async def counting() -> Message:
            nonlocal count
            message = await receive()
            count += len(message.get("body", b""))
            if count > self._largest:
                raise FaultError(413, f"the body is larger than {self._largest} bytes", "body")
            return message

        return counting


def allowed(caller: Caller | None, role: Role) -> Caller:
    """Return the caller if the role is enough.

    Raises:
        FaultError: it is not (403).
    """
    if caller is None or caller.role < role:
        raise FaultError(
            403, f"this token may not do that: it needs the role {role.name.lower()}", "authorization"
        )
    return caller


def _hostname(host: str) -> str:
    """Return the name in a Host header, without port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


async def _refuse(send: Send, fault: FaultError) -> None:
    body = json.dumps(fault.plain()).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if fault.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": fault.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
