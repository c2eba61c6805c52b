"""What every request passes first: its size, its rate, and who sends it. Plain ASGI, before any parsing."""

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

OPEN = frozenset({"/ping"})
"""Paths that need no token: they tell nothing of a machine."""

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
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        try:
            self._admit(scope, headers)
        except FaultError as fault:
            if fault.status == 413:
                await self._drain(receive)
            await _refuse(send, fault)
            return
        await self._app(scope, self._counted(receive), send)

    def _admit(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        address = (scope.get("client") or ("",))[0]
        if not self._rates.allows(address):
            raise FaultError(429, "too many requests from this address; slow down")
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._largest:
            raise FaultError(413, f"the body is larger than {self._largest} bytes", "body")
        if self._tokens is None:
            scope["caller"] = NOBODY_ELSE
            return
        caller = self._tokens.caller(headers.get(b"authorization", b"").decode("latin-1"))
        if caller is None and scope["path"] not in OPEN:
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


async def _refuse(send: Send, fault: FaultError) -> None:
    body = json.dumps(fault.plain()).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if fault.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": fault.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
