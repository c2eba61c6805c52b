"""Paths that score, and those that say what scores."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from engine.api.predict import predicted
from engine.api.routes.bodies import PREDICT, PREDICTED, RAW, SCORE, SCORED
from engine.api.routes.common import Reader, Scoring, ThePool, TheScorer, faults, packed, packed_answer
from engine.api.scoring import BundleScorer
from engine.api.snapshots import scored, scored_file, scored_text, uploaded

router = APIRouter()

Plots = Annotated[bool, Query(description="Add plots of each channel as SVG.")]


@router.get("/ping", tags=["service"], responses=faults())
async def ping() -> dict[str, str]:
    """Say that the service answers. It needs no token and touches neither store nor model."""
    return {"status": "ok"}


@router.get("/health", tags=["service"], responses=faults())
async def health(request: Request, _: Reader) -> dict[str, object]:
    """Say whether a model, a store and the console are at hand."""
    state = request.app.state
    return {
        "status": "healthy",
        "model_loaded": state.scorer is not None,
        "store": state.facts is not None,
        "console": state.terminals is not None,
    }


@router.get("/model_info", tags=["scoring"], responses=faults(503))
async def model_info(_: Reader, scorer: TheScorer) -> dict[str, object]:
    """Describe the bundle that scores."""
    return described(scorer)


@router.post(
    "/predict",
    tags=["scoring"],
    responses=faults(422, 503) | PREDICTED,
    openapi_extra={"requestBody": PREDICT},
)
async def predict(request: Request, _: Scoring, scorer: TheScorer, pool: ThePool) -> Response:
    """Score windows of rows: JSON `sensor_data`, or raw little-endian float32."""
    body = await request.body()
    raw = request.headers.get("content-type", "").startswith(RAW)
    return packed_answer(await pool.run(lambda: packed(predicted(scorer, body, raw=raw))))


@router.post(
    "/v1/score",
    tags=["scoring"],
    responses=faults(422, 503) | SCORED,
    openapi_extra={"requestBody": SCORE},
)
async def score(
    request: Request, _: Scoring, scorer: TheScorer, pool: ThePool, plots: Plots = False
) -> Response:
    """Score a whole snapshot: JSON `rows`, raw float32, CSV, or files as Raceway reads them."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        files = await uploaded(request)
        return packed_answer(await pool.run(lambda: packed(scored_files(scorer, files, plots=plots))))
    body = await request.body()
    if kind.startswith("text/"):
        return packed_answer(await pool.run(lambda: packed(scored_text(scorer, body, plots=plots))))
    raw = kind.startswith(RAW)
    return packed_answer(await pool.run(lambda: packed(scored(scorer, body, raw=raw, plots=plots))))


def scored_files(
    scorer: BundleScorer, files: list[tuple[str, bytes]], *, plots: bool = False
) -> dict[str, Any]:
    """Return the result of each file; one that cannot be read is an error of its own."""
    found = [scored_file(scorer, name, content, plots=plots) for name, content in files]
    return {"success": True, "snapshots": found}


def described(scorer: BundleScorer) -> dict[str, object]:
    """Return the facts about a bundle."""
    bundle = scorer.bundle
    return {
        "model": bundle.model,
        "machine": bundle.machine,
        "digest": bundle.digest(),
        "sample_rate": bundle.sample_rate,
        "rows": bundle.rows,
        "columns": bundle.channels,
        "window_rows": scorer.window,
        "components": [
            {"name": name, "channels": list(channels), "window_limit": float(limit)}
            for name, channels, limit in zip(
                scorer.layout.components, scorer.layout.channels, bundle.calibration.window_limit, strict=True
            )
        ],
        "baseline": {
            "snapshots": bundle.baseline.count,
            "start": bundle.baseline.start.isoformat(),
            "end": bundle.baseline.end.isoformat(),
        },
        "doubts": list(bundle.doubts),
        "versions": dict(bundle.versions),
    }
