"""The console in a browser: a WebSocket that carries keys to a console and its output back.

The first message is JSON: `token` (where tokens are in use), `columns`, `rows`. Later ones are keys as bytes,
or JSON with a new size. The answer is output as bytes. The last message is JSON with `ended`, and `reason` or
`error`.
"""

import asyncio
import contextlib
import json
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from engine.api.children.terminals import Terminal, Terminals
from engine.api.faults import FaultError
from engine.api.gate import allowed
from engine.api.tokens import NOBODY_ELSE, Caller, Role, Tokens

router = APIRouter()

REFUSED, WELL = 1008, 1000
"""Codes of the end of a WebSocket: against the rules, as usual."""

IDLE = "no key was pressed for {minutes:g} minutes"


@router.websocket("/console/socket")
async def console(socket: WebSocket) -> None:
    """Run a console for a visitor until it is left, idle, or the page goes away."""
    terminals: Terminals | None = socket.app.state.terminals
    await socket.accept()
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        try:
            if terminals is None:
                raise FaultError(503, "this service has no console; start it with --console")
            first = await _first(socket, terminals.options.opening)
            caller = _caller(socket.app.state.tokens, first.get("token"))
            columns, rows = _size(first) or (80, 24)
            origin = socket.client.host if socket.client else ""
            async with terminals.opened(caller, columns, rows, origin) as terminal:
                reason = await _carried(socket, terminal, terminals.options.idle)
        except FaultError as fault:
            await socket.send_json({"ended": True, "error": fault.sentence, "field": fault.field})
            await socket.close(REFUSED)
        else:
            await socket.send_json({"ended": True, "reason": reason})
            await socket.close(WELL)


async def _first(socket: WebSocket, seconds: float) -> dict[str, Any]:
    """Return the first message.

    Raises:
        FaultError: it does not come in time, or is not of its form.
    """
    try:
        message = _object(await asyncio.wait_for(socket.receive_text(), seconds))
    except (TimeoutError, KeyError) as error:
        raise FaultError(422, "the first message must be JSON with token, columns and rows") from error
    return message


def _caller(tokens: Tokens | None, token: object) -> Caller:
    """Return the caller of a token."""
    if tokens is None:
        return NOBODY_ELSE
    found = tokens.caller(f"Bearer {token}") if isinstance(token, str) else None
    if found is None:
        raise FaultError(401, "needs a known token", "token")
    return allowed(found, Role.READ)


async def _carried(socket: WebSocket, terminal: Terminal, idle: float) -> str:
    """Carry keys and output until one side ends; return why."""
    both = [
        asyncio.create_task(_carry_output(socket, terminal)),
        asyncio.create_task(_carry_keys(socket, terminal, idle)),
    ]
    try:
        done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)


async def _carry_output(socket: WebSocket, terminal: Terminal) -> str:
    while output := await terminal.read():
        await socket.send_bytes(output)
    return "the operator left the console"


async def _carry_keys(socket: WebSocket, terminal: Terminal, idle: float) -> str:
    while True:
        try:
            message = await asyncio.wait_for(socket.receive(), idle)
        except TimeoutError:
            return IDLE.format(minutes=round(idle / 60, 1))
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", WELL))
        if keys := message.get("bytes"):
            await terminal.write(keys)
        elif (text := message.get("text")) and (size := _size(_object(text))):
            terminal.resize(*size)


def _object(text: str) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        FaultError: it is none.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise FaultError(422, "a message must be a JSON object, or keys as bytes")
    return found


def _size(message: dict[str, Any]) -> tuple[int, int] | None:
    """Return columns and rows of a message; None without them."""
    columns, rows = message.get("columns"), message.get("rows")
    if type(columns) is int and type(rows) is int:
        return columns, rows
    return None
