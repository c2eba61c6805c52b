"""What every path needs: the caller, the store, the scorer, and the form of an error."""

from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, Field

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


def _reader(request: Request) -> Caller:
    return allowed(request.scope.get("caller"), Role.READ)


def _scoring(request: Request) -> Caller:
    return allowed(request.scope.get("caller"), Role.SCORE)


def _operator(request: Request) -> Caller:
    return allowed(request.scope.get("caller"), Role.OPERATE)


def _facts(request: Request) -> Facts:
    found: Facts | None = request.app.state.facts
    if found is None:
        raise FaultError(503, "this service has no store; start it with --state")
    return found


def _scorer(request: Request) -> BundleScorer:
    found: BundleScorer | None = request.app.state.scorer
    if found is None:
        raise FaultError(503, "this service has no bundle; start it with --bundle")
    return found


def _pool(request: Request) -> Pool:
    pool: Pool = request.app.state.pool
    return pool


Reader = Annotated[Caller, Depends(_reader)]
Scoring = Annotated[Caller, Depends(_scoring)]
Operating = Annotated[Caller, Depends(_operator)]
TheStore = Annotated[Facts, Depends(_facts)]
TheScorer = Annotated[BundleScorer, Depends(_scorer)]
ThePool = Annotated[Pool, Depends(_pool)]
