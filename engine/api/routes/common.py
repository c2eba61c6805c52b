"""The common needs of all paths: the caller, the store, the scorer, and the form of an error."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from pydantic_core import to_json

from engine.api.facts import Facts
from engine.api.faults import FaultError
from engine.api.gate import allowed
from engine.api.pool import Pool
from engine.api.scoring import BundleScorer
from engine.api.tokens import Caller, Role


class Fault(BaseModel):
    """An error: one sentence, and the field that is wrong."""

    success: bool = False
    error: str = Field(examples=["a row has 4 numbers, this one 3"])
    field: str = Field(examples=["sensor_data[17]"])


def faults(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the errors of a path for its description; those of every path are included."""
    words = {
        401: "No known token.",
        403: "The token's role is too low.",
        404: "It does not exist.",
        409: "It has changed since the caller saw it.",
        413: "The request is too large.",
        422: "A field of the request is wrong.",
        429: "Too many requests from this address.",
        503: "The store or the scoring is not at hand now.",
    }
    return {
        status: {"model": Fault, "description": words[status]} for status in (*statuses, 401, 403, 413, 429)
    }


# Not a plain function below: the framework would call each in a thread, and a request would take 2 ms longer.
async def _reader(request: Request) -> Caller:
    return allowed(request.scope.get("caller"), Role.READ)


async def _scoring(request: Request) -> Caller:
    return allowed(request.scope.get("caller"), Role.SCORE)


async def _operator(request: Request) -> Caller:
    return allowed(request.scope.get("caller"), Role.OPERATE)


async def _facts(request: Request) -> Facts:
    found: Facts | None = request.app.state.facts
    if found is None:
        raise FaultError(503, "this service has no store; start it with --state")
    return found


async def _scorer(request: Request) -> BundleScorer:
    found: BundleScorer | None = request.app.state.scorer
    if found is None:
        raise FaultError(503, "this service has no bundle; start it with --bundle")
    return found


async def _pool(request: Request) -> Pool:
    pool: Pool = request.app.state.pool
    return pool


def packed(answer: object) -> bytes:
    """Return an answer as JSON; called in a thread of the pool, because a large answer takes a while."""
    return to_json(answer, inf_nan_mode="null")


def packed_answer(content: bytes) -> Response:
    """Return JSON as a response."""
    return Response(content, media_type="application/json")


Reader = Annotated[Caller, Depends(_reader)]
Scoring = Annotated[Caller, Depends(_scoring)]
Operating = Annotated[Caller, Depends(_operator)]
TheStore = Annotated[Facts, Depends(_facts)]
TheScorer = Annotated[BundleScorer, Depends(_scorer)]
ThePool = Annotated[Pool, Depends(_pool)]
