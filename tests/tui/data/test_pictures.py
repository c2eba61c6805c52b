"""Zooming in a pane, and the bounded sample of pictures for the waterfall."""

import math
from pathlib import Path

import numpy as np
import pytest

from engine.store.store import Store
from tui.data.pictures import Album, Gallery, wanted_places
from tui.data.view import View
from tui.draw.charts.zoom import MOST, Zoom, around


def test_zooming_out_leads_back_to_the_whole() -> None:
    zoom = Zoom()
    for _ in range(20):
        zoom = zoom.deeper(1)
    for _ in range(2 * 2**MOST):
        zoom = zoom.moved(1)
    low, high = zoom.part(0.0, 128.0)
    assert high - low == pytest.approx(128.0 / 2**MOST)
    assert high == pytest.approx(128.0)
    for _ in range(20):
        zoom = zoom.deeper(-1)
    assert zoom.part(0.0, 128.0) == (0.0, 128.0)


def test_a_part_about_a_centre_stays_within_the_whole() -> None:
    assert around(0.0, 100.0, 0, 90.0) == (0.0, 100.0)
    assert around(0.0, 100.0, 2, 90.0) == (75.0, 100.0)
    assert around(0.0, 100.0, 2, 50.0) == (37.5, 62.5)


@pytest.mark.parametrize("count", [0, 1, 240, 241, 1000, 100_000])
def test_a_gallery_is_a_bounded_sample_that_grows_by_what_is_new(count: int) -> None:
    baseline = np.arange(count) < count // 5
    places = wanted_places(count, baseline)
    assert len(places) <= 240 + 64
    more = wanted_places(count + 1, np.append(baseline, False))
    if count not in (240, 0):
        assert set(more) >= set(places)


def test_a_gallery_reads_a_picture_once(whole_store: Path, view: View) -> None:
    with Store.open(whole_store) as store:
        album = Album()
        first = album.gallery(store, view)
        store.close()
        assert album.gallery(store, view) is first


def test_the_usual_range_of_the_baseline_is_ordered(gallery: Gallery) -> None:
    usual = gallery.usual(0)
    assert usual is not None
    low, middle, high = usual
    assert (low <= middle).all()
    assert (middle <= high).all()
    assert math.isfinite(float(high.max()))
