"""Scoring by HTTP equals scoring by Raceway."""

import json

import numpy as np
import pytest
from starlette.testclient import TestClient

from engine.api.scoring import BundleScorer, _pieces
from engine.assessment.state import first_state
from engine.assessment.tracker import Tracker
from engine.config.channels import layout_of
from engine.config.settings import load_settings
from engine.diagnosis.surface import Diagnostician
from engine.records.assessment import Moment
from engine.scoring.errors import component_windows
from engine.scoring.scorer import Scorer
from replay.run import Run

RAW = {"content-type": "application/octet-stream"}


def test_predict_answers_with_the_agreed_keys(client: TestClient, sample_run: Run) -> None:
    signal = sample_run.read(0).signal
    answer = client.post("/predict", json={"sensor_data": signal.tolist()}).json()
    assert answer["success"] is True
    assert set(answer["statistics"]) >= {"mean_error", "threshold"}
    found = answer["predictions"]
    assert set(found) >= {"anomalies_detected", "anomaly_positions", "anomaly_rate"}
    assert found["anomalies_detected"] == len(found["anomaly_positions"])
    assert found["anomaly_rate"] == found["anomalies_detected"] / answer["statistics"]["windows"]


def test_windows_of_a_snapshot_have_the_errors_of_the_engine(scorer: BundleScorer, sample_run: Run) -> None:
    snapshot = sample_run.read(3)
    seen = Scorer(scorer.bundle, scorer.layout, scorer.diagnostician).examine(snapshot)
    expected = component_windows(seen.insight.window_errors, scorer.layout.channels)
    found = scorer.windows(snapshot.signal, "rows")
    assert np.array_equal(found.errors, expected.astype(np.float64))


def test_a_failing_bearing_has_anomalous_windows_and_a_healthy_one_few(
    client: TestClient, sample_run: Run
) -> None:
    def rate(index: int) -> float:
        body = sample_run.read(index).signal.astype("<f4").tobytes()
        return client.post("/predict", content=body, headers=RAW).json()["predictions"]["anomaly_rate"]

    assert rate(len(sample_run) - 4) == 1.0
    assert rate(2) < 0.2


def test_one_snapshot_scores_as_in_the_engine(
    client: TestClient, scorer: BundleScorer, sample_run: Run
) -> None:
    snapshot = sample_run.read(len(sample_run) - 5)
    settings = load_settings()
    own = Scorer(scorer.bundle, layout_of(settings), Diagnostician(settings))
    tracker = Tracker(own, settings)
    seen = own.examine(snapshot)
    _, verdict = tracker.step(
        first_state(own.layout, seen.residual.shape), seen, Moment(snapshot.name, snapshot.time)
    )
    expected = [(score.component, score.error, score.limit, score.severity) for score in verdict.scores]
    bodies = [
        client.post("/v1/score", json={"rows": snapshot.signal.tolist(), "at": snapshot.time.isoformat()}),
        client.post("/v1/score", content=snapshot.signal.astype("<f4").tobytes(), headers=RAW),
    ]
    for answer in bodies:
        assert answer.status_code == 200
        found = answer.json()["components"]
        assert [(one["name"], one["error"], one["limit"], one["severity"]) for one in found] == expected


def test_files_are_scored_one_by_one_and_a_bad_one_says_why(client: TestClient, sample_run: Run) -> None:
    good = sample_run.entries[0].name
    files = [
        ("files", (good, sample_run.content(0))),
        ("files", ("2004.02.12.10.32.39", b"not numbers")),
        ("files", ("../../etc/passwd", sample_run.content(0))),
    ]
    first, second, third = client.post("/v1/score", files=files).json()["snapshots"]
    assert first["success"] is True
    assert [one["name"] for one in first["components"]] == [part.name for part in load_settings().components]
    assert second["success"] is False
    assert "rows of numbers" in second["error"]
    # A name without a time does no harm: the verdict does not depend on it.
    assert third["success"] is True
    assert third["components"] == first["components"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("header", ["", "a{0}b{0}c{0}d\n"])
def test_text_is_scored_as_the_same_numbers_are(
    client: TestClient, sample_run: Run, separator: str, header: str
) -> None:
    signal = sample_run.read(4).signal
    lines = (separator.join(map(repr, row)) for row in signal.tolist())
    answer = client.post(
        "/v1/score",
        content=header.format(separator) + "\n".join(lines),
        headers={"content-type": "text/csv; charset=utf-8"},
    )
    expected = client.post("/v1/score", content=signal.astype("<f4").tobytes(), headers=RAW)
    assert answer.json() == expected.json()


@pytest.mark.parametrize(
    ("content", "headers", "field"),
    [
        (b"hello", {"content-type": "text/csv"}, "body"),
        (b"1,2,3,4\n" * 10, {"content-type": "text/csv"}, "body"),
        (b"1,2,3\n" * 20480, {"content-type": "text/csv"}, "body"),
        (b"", {"content-type": "text/csv"}, "body"),
        (b"abc", {"content-type": "multipart/form-data"}, "files"),
        (b"abc", {"content-type": "multipart/form-data; boundary=x"}, "files"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_sentence(
    client: TestClient, content: bytes, headers: dict[str, str], field: str
) -> None:
    answer = client.post("/v1/score", content=content, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert answer.json()["error"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/predict", {}, "sensor_data"),
        ("/predict", {"sensor_data": [[1, 2]]}, "sensor_data[0]"),
        ("/predict", {"sensor_data": [[0, 0, 0, 0]] * 10}, "sensor_data"),
        ("/v1/score", {"rows": [[0, 0, 0, 0]] * 10}, "rows"),
        ("/v1/score", {"rows": [[0, 0, 0, 0]] * 20480, "at": "noon"}, "at"),
        ("/v1/score", {"rows": [[0, 0, 0, 0]] * 20480, "name": 5}, "name"),
    ],
)
def test_what_cannot_be_scored_names_its_field(
    client: TestClient, path: str, body: object, field: str
) -> None:
    answer = client.post(path, content=json.dumps(body))
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert answer.json()["success"] is False


def test_a_constant_snapshot_is_no_error(client: TestClient) -> None:
    answer = client.post("/v1/score", json={"rows": [[0, 0, 0, 0]] * 20480})
    assert answer.status_code == 200
    assert {one["severity"] for one in answer.json()["components"]} == {None}


def test_a_long_request_has_the_same_windows_with_a_helper_and_without(
    scorer: BundleScorer, sample_run: Run
) -> None:
    rows = np.concatenate([sample_run.read(index).signal for index in range(3)])[:-1000]
    helped = scorer.windows(rows, "rows")
    with scorer._helper_free:
        alone = scorer.windows(rows, "rows")
    assert np.array_equal(helped.errors, alone.errors)
    assert np.array_equal(helped.starts, alone.starts)
    assert (np.diff(helped.starts) > 0).all()
    first = scorer.windows(rows[: scorer.rows], "rows")
    assert np.array_equal(helped.errors[: len(first.errors)], first.errors)
    assert not scorer._helper_free.locked()


@pytest.mark.parametrize("rows", [100, 101, 2047, 2048, 2049, 4096, 5000])
def test_pieces_cover_every_row(rows: int) -> None:
    pieces = list(_pieces(rows, 2048, 100))
    assert {row for begin, end in pieces for row in range(begin, end)} == set(range(rows))
    assert all(100 <= end - begin <= 2048 for begin, end in pieces)


def test_the_inference_protocol_gives_the_same_errors(
    client: TestClient, scorer: BundleScorer, sample_run: Run
) -> None:
    signal = sample_run.read(1).signal[:4096]
    name = client.get("/model_info").json()["machine"]
    tensor = {"name": "rows", "shape": [4096, 4], "datatype": "FP32", "data": signal.ravel().tolist()}
    answer = client.post(f"/v2/models/{name}/infer", json={"id": "7", "inputs": [tensor]}).json()
    outputs = {one["name"]: one for one in answer["outputs"]}
    expected = scorer.windows(signal, "rows")
    assert answer["id"] == "7"
    assert outputs["error"]["data"] == expected.errors.ravel().tolist()
    assert outputs["error"]["shape"] == list(expected.errors.shape)
    assert client.get("/v2/models/other").status_code == 404
    assert client.get(f"/v2/models/{name}/ready").json()["ready"] is True
    for wrong in (
        {**tensor, "shape": [4096, 3]},
        {**tensor, "datatype": "INT8"},
        {**tensor, "shape": [5, 4]},
    ):
        assert client.post(f"/v2/models/{name}/infer", json={"inputs": [wrong]}).status_code == 422
