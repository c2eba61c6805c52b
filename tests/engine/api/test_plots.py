"""Plots as SVG are well-formed, hold every value, and come on request alone."""

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from engine.api.plots import HEIGHT, WIDTH, Axis, Curve, drawn
from replay.run import Run

RAW = {"content-type": "application/octet-stream"}
FLOATS = st.floats(width=32)


def curve(values: list[float], name: str = "") -> Curve:
    y = np.array(values, np.float32)
    return Curve(name, "black", np.arange(len(y), dtype=np.float32), y)


def test_plots_come_on_request(client: TestClient, sample_run: Run) -> None:
    body = sample_run.read(len(sample_run) - 5).signal.astype("<f4").tobytes()
    plain = client.post("/v1/score", content=body, headers=RAW).json()
    with_plots = client.post("/v1/score?plots=true", content=body, headers=RAW).json()
    plots = with_plots.pop("plots")
    assert "plots" not in plain
    assert with_plots["components"] == plain["components"]
    assert [one["channel"] for one in plots] == [1, 2, 3, 4]
    for one in plots:
        for kind in ("spectrum", "envelope", "contribution"):
            root = ElementTree.fromstring(one[kind])
            title = root.findtext("{http://www.w3.org/2000/svg}title")
            assert title == f"{one['component']}, channel {one['channel']}: {kind}"


def test_a_file_has_its_plots(client: TestClient, sample_run: Run) -> None:
    files = [("files", (sample_run.entries[0].name, sample_run.content(0)))]
    (one,) = client.post("/v1/score", files=files, params={"plots": "true"}).json()["snapshots"]
    assert len(one["plots"]) == 4


def test_a_constant_snapshot_has_no_plot_of_a_contribution_that_is_unknown(client: TestClient) -> None:
    answer = client.post("/v1/score?plots=true", json={"rows": [[0, 0, 0, 0]] * 20480})
    assert answer.status_code == 200
    assert all(one["envelope"] is None for one in answer.json()["plots"])


@given(st.lists(FLOATS, min_size=1, max_size=50), st.text(max_size=20), st.booleans())
def test_any_values_give_a_document_within_its_borders(values: list[float], name: str, zero: bool) -> None:
    name = "".join(filter(str.isprintable, name))
    found = drawn(f"<{name}&", name, name, [curve(values, "a<b")], zero=zero)
    if not any(map(math.isfinite, values)):
        assert found is None
        return
    assert found is not None
    root = ElementTree.fromstring(found)
    path = root.find("{http://www.w3.org/2000/svg}path")
    assert path is not None
    points = re.findall(r"[ML](\S+) (\S+?)(?=[ML]|$)", path.get("d", ""))
    assert len(points) == sum(map(math.isfinite, values))
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in points)


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-80, 3), (0, 10_000), (1e-6, 3e-6), (-1, 1)])
def test_an_axis_has_few_round_numbers_within_it(low: float, high: float) -> None:
    ticks = Axis("", low, high).ticks()
    assert 3 <= len(ticks) <= 7
    assert all(low - 1e-9 <= one <= high + 1e-9 for one in ticks)
