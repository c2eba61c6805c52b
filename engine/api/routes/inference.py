"""Aliases of the Open Inference Protocol, version 2, for clients that speak it.

Source:
    Open Inference Protocol (V2), REST API, https://github.com/kserve/open-inference-protocol
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from engine.api.faults import FaultError, wrong
from engine.api.numbers import json_object, rows_of
from engine.api.routes.bodies import INFER, INFERRED
from engine.api.routes.common import Reader, Scoring, ThePool, TheScorer, faults, packed, packed_answer
from engine.api.scoring import BundleScorer

router = APIRouter(prefix="/v2", tags=["inference protocol"])

Name = Annotated[str, Path(description="Name of the machine, or of the model.", max_length=200)]


@router.get("", responses=faults())
async def server(request: Request, _: Reader) -> dict[str, object]:
    """Describe the server."""
    return {"name": "raceway", "version": request.app.version, "extensions": []}


@router.get("/health/live", responses=faults())
async def live(_: Reader) -> dict[str, bool]:
    """Say that the service answers."""
    return {"live": True}


@router.get("/health/ready", responses=faults(503))
async def ready(_: Reader, scorer: TheScorer) -> dict[str, bool]:
    """Say that a bundle is loaded."""
    return {"ready": scorer is not None}


@router.get("/models/{name}", responses=faults(404, 422, 503))
async def model(_: Reader, scorer: TheScorer, name: Name) -> dict[str, object]:
    """Describe the inputs and outputs of the bundle."""
    _known(scorer, name)
    components = len(scorer.layout.components)
    return {
        "name": name,
        "versions": [scorer.bundle.digest()[:16]],
        "platform": "tensorflow_lite",
        "inputs": [{"name": "rows", "datatype": "FP32", "shape": [-1, scorer.columns]}],
        "outputs": [
            {"name": "error", "datatype": "FP64", "shape": [-1, components]},
            {"name": "limit", "datatype": "FP64", "shape": [components]},
            {"name": "anomalous", "datatype": "BOOL", "shape": [-1]},
        ],
    }


@router.get("/models/{name}/ready", responses=faults(404, 422, 503))
async def model_ready(_: Reader, scorer: TheScorer, name: Name) -> dict[str, object]:
    """Say that the bundle is loaded."""
    _known(scorer, name)
    return {"name": name, "ready": True}


@router.post(
    "/models/{name}/infer",
    responses=faults(404, 422, 503) | INFERRED,
    openapi_extra={"requestBody": INFER},
)
async def infer(request: Request, _: Scoring, scorer: TheScorer, pool: ThePool, name: Name) -> Response:
    """Score windows of rows."""
    _known(scorer, name)
    body = await request.body()
    return packed_answer(await pool.run(lambda: packed(_inferred(scorer, name, body))))


def _known(scorer: BundleScorer, name: str) -> None:
    if name not in (scorer.bundle.machine, scorer.bundle.model):
        raise FaultError(404, f"the bundle is of {scorer.bundle.machine}, not of {name!r}", "name")


def _inferred(scorer: BundleScorer, name: str, body: bytes) -> dict[str, Any]:
    given = json_object(body)
    inputs = given.get("inputs")
    if not isinstance(inputs, list) or len(inputs) != 1 or not isinstance(inputs[0], dict):
        raise wrong("must be a list of one tensor", "inputs")
    tensor = inputs[0]
    shape, data = tensor.get("shape"), tensor.get("data")
    if tensor.get("datatype") != "FP32":
        raise wrong("must be FP32", "inputs[0].datatype")
    if (
        not isinstance(shape, list)
        or len(shape) != 2
        or not all(type(one) is int and one > 0 for one in shape)
        or shape[1] != scorer.columns
    ):
        raise wrong(f"must be [rows, {scorer.columns}]", "inputs[0].shape")
    if isinstance(data, list) and data and not isinstance(data[0], list):
        if len(data) != shape[0] * shape[1]:
            raise wrong(f"has {len(data)} numbers, its shape {shape[0] * shape[1]}", "inputs[0].data")
        data = [data[start : start + shape[1]] for start in range(0, len(data), shape[1])]
    rows = rows_of(data, "inputs[0].data", scorer.columns)
    if len(rows) != shape[0]:
        raise wrong(f"has {len(rows)} rows, its shape {shape[0]}", "inputs[0].data")
    found = scorer.windows(rows, "inputs[0].data")
    count, components = found.errors.shape
    identifier = {"id": given["id"]} if isinstance(given.get("id"), str) else {}
    return {
        "model_name": name,
        "model_version": scorer.bundle.digest()[:16],
        **identifier,
        "outputs": [
            _tensor("error", "FP64", [count, components], found.errors.ravel().tolist()),
            _tensor("limit", "FP64", [components], found.limits.tolist()),
            _tensor("anomalous", "BOOL", [count], found.anomalous.tolist()),
        ],
    }


def _tensor(name: str, datatype: str, shape: list[int], data: list[Any]) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": shape, "data": data}
