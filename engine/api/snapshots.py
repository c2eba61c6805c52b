"""Scores whole snapshots that a request brings: rows as JSON, raw float32, or files as Raceway reads them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from engine.api.facts import picture_record
from engine.api.faults import FaultError, wrong
from engine.api.numbers import object_with_rows, raw_rows
from engine.api.plots import plots_of
from engine.api.scoring import BundleScorer, SnapshotResult
from replay.file_times import time_of
from replay.formats.reading import read_recording
from replay.recording import RecordingError, clean_text

MOST_FILES = 100
"""Files of one upload at most."""

NO_TEXTS = "a text of slow sensors is scored by raceway score; send one window of its rows as JSON"


def scored(scorer: BundleScorer, body: bytes, *, raw: bool, plots: bool = False) -> dict[str, Any]:
    """Answer a request that holds one snapshot.

    Args:
        scorer: of the bundle.
        body: JSON, or raw float32.
        raw: whether it is raw.
        plots: whether the answer has plots as SVG.

    Raises:
        FaultError: the body cannot be used.
    """
    if raw:
        found = scorer.snapshot(raw_rows(body, scorer.columns), "snapshot")
        return record(scorer, found, "snapshot", plots=plots)
    given, rows = object_with_rows(body, "rows", scorer.columns)
    name = given.get("name", "snapshot")
    if not isinstance(name, str):
        raise wrong("must be text", "name")
    found = scorer.snapshot(rows, clean_text(name)[:255], _moment(given.get("at")))
    return record(scorer, found, name, plots=plots)


def scored_text(scorer: BundleScorer, body: bytes, *, plots: bool = False) -> dict[str, Any]:
    """Answer a request whose body is one snapshot as text: any separator, with or without a header.

    Raises:
        FaultError: the text cannot be read, or has other rows or columns.
    """
    if scorer.layout.is_process:
        raise wrong(NO_TEXTS, "body")
    form = replace(scorer.settings.recording_format(), format="text", separator="auto")
    try:
        snapshot = read_recording(body, "snapshot.csv", form, datetime.now(UTC))
    except RecordingError as error:
        raise wrong(error.reason, "body") from error
    return record(scorer, scorer.judged(snapshot), "snapshot", plots=plots)


def scored_file(scorer: BundleScorer, name: str, content: bytes, *, plots: bool = False) -> dict[str, Any]:
    """Return the result of one uploaded file, or why there is none.

    A file without a time in its name has that of the request: no result depends on it.

    Args:
        scorer: of the bundle.
        name: of the file.
        content: of the file.
        plots: whether plots are added as SVG.
    """
    name = clean_text(name)
    if scorer.layout.is_process:
        return {"name": name, **wrong(NO_TEXTS, "files").plain()}
    form = scorer.settings.recording_format()
    try:
        try:
            time = time_of(name, form)
        except RecordingError:
            time = datetime.now(UTC)
        snapshot = read_recording(content, name, form, time)
        return record(scorer, scorer.judged(snapshot), name, plots=plots)
    except RecordingError as error:
        return {"name": name, **FaultError(422, error.reason, "files").plain()}
    except FaultError as fault:
        return {"name": name, **fault.plain()}


async def uploaded(request: Request) -> list[tuple[str, bytes]]:
    """Return the files of a form as (name, content).

    Raises:
        FaultError: there is none, or too many.
    """
    try:
        form = await request.form(max_files=MOST_FILES, max_fields=MOST_FILES)
    except HTTPException as error:
        raise wrong(f"the form cannot be read ({error.detail})", "files") from error
    try:
        parts = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
        if not parts:
            raise wrong("the form holds no file", "files")
        return [(part.filename or "upload", await part.read()) for part in parts]
    finally:
        await form.close()


def record(scorer: BundleScorer, found: SnapshotResult, name: str, *, plots: bool = False) -> dict[str, Any]:
    """Return a result in JSON types, with plots as SVG on request.

    Args:
        scorer: of the bundle.
        found: the result.
        name: of the snapshot.
        plots: whether plots are added.
    """
    owners = tuple(map(scorer.layout.owner, range(scorer.columns)))
    drawn = {"plots": plots_of(found.picture, owners, scorer.features)} if plots else {}
    return {
        "success": True,
        "name": clean_text(name),
        "components": [
            {
                "name": score.component,
                "quality": score.quality.value,
                "error": score.error,
                "limit": score.limit,
                "severity": score.severity,
                "abnormal": score.severity is not None and score.severity >= 1.0,
                "contribution": score.share,
                "surface": found.surfaces.get(score.component),
            }
            for score in found.verdict.scores
        ],
        "channels": [
            {"channel": number, "quality": quality.value}
            for number, quality in enumerate(found.seen.quality, 1)
        ],
        **picture_record(found.picture, scorer.features),
        **drawn,
    }


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise wrong("must be a time like 2024-03-01T10:00:00Z", "at")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
