"""The panes of the model screen as strings, and their data."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from engine.bundles.manifest import BundleFacts, Layer, read_facts
from engine.clock import microseconds
from engine.records.events import Event, EventKind
from engine.records.progress import Epoch
from engine.store.store import Store
from tests.tui import synthetic
from tests.tui.conftest import frame
from tui.data.model_facts import ModelFacts, ModelLook
from tui.data.pictures import Album, Gallery
from tui.data.reader import Reader
from tui.data.view import View
from tui.draw.glyphs import Glyphs
from tui.draw.text import plain, width_of
from tui.screens.model.bundles import acceptance_line, baseline_lines, bundle_lines, layer_lines
from tui.screens.model.learning import error_lines, loss_lines, map_lines, projected

WHEN = datetime(2004, 2, 12, 10, 32, 39, tzinfo=UTC)
BUNDLE = BundleFacts(
    name="spectral-778349824dd9eca7",
    model="spectral",
    seed=3,
    digest="7783",
    snapshots=196,
    calibrated_on=78,
    start=WHEN,
    end=datetime(2004, 2, 13, 19, 2, 39, tzinfo=UTC),
    epochs=23,
    learning_seconds=9.2,
    doubts=("Bearing 3, channel 3: its level rises within the baseline, by 12 %",),
    layers=(Layer("EinsumDense", (4, 32), 8448), Layer("EinsumDense", (4, 2), 264)),
    in_use=True,
)


@pytest.fixture(scope="session")
def view(whole_store: Path) -> View:
    reader = Reader(lambda: Store.open(whole_store), lambda store: store.assessments()[-1], "")
    found = reader.poll().view
    reader.close()
    assert found is not None
    return found


def facts(*bundles: BundleFacts, gallery: Gallery | None = None) -> ModelFacts:
    return ModelFacts(bundles, (), gallery)


def said(seq: int, kind: EventKind, ring: int | None = None, **detail: object) -> Event:
    when = synthetic.at(60)
    return Event(seq, kind, when, synthetic.WALL, "engine", "", "", ring, "", detail)


# The baseline and its acceptance.


def test_a_baseline_is_provisional_until_somebody_accepts_that_very_one(view: View) -> None:
    assert "no baseline is learned yet" in acceptance_line(frame(view, 3), UTC, "K")[0]
    assert "PROVISIONAL" in acceptance_line(frame(view, 80), UTC, "K")[0]
    other = said(90, EventKind.ACCEPTED, by="bob", bundle="another")
    assert (
        "PROVISIONAL" in acceptance_line(frame(replace(view, events=(*view.events, other)), 80), UTC, "K")[0]
    )
    own = said(91, EventKind.ACCEPTED, by="ann\x1b[2J", bundle="made-up")
    accepted = acceptance_line(frame(replace(view, events=(*view.events, own)), 80), UTC, "K")[0]
    assert accepted == "● ACCEPTED by ann[2J, 2026-01-05 03:00:00 UTC"


def test_origin_and_doubts_are_told(view: View) -> None:
    drawn = plain(baseline_lines(90, 20, frame(view, 80), facts(BUNDLE), UTC, UTC))
    for words in (
        "196 snapshots, the last 78 for the limits",
        "2004-02-12 10:32:39 UTC until 2004-02-13 19:02:39 UTC",
        "seed 3",
        "in doubt: Bearing 3, channel 3: its level rises",
        "no drift",
    ):
        assert words in drawn


def test_before_there_is_a_baseline_nothing_is_said_to_be_as_on_it(view: View) -> None:
    assert "drift" not in plain(baseline_lines(90, 20, frame(view, 3), None, UTC, UTC))


def test_drift_is_told_with_its_beginning(view: View) -> None:
    when = synthetic.at(60)
    drifted = Event(
        90,
        EventKind.DRIFTED,
        when,
        synthetic.WALL,
        "component",
        "Bearing 4",
        "",
        None,
        "",
        {"advice": "learn again"},
    )
    drawn = plain(
        baseline_lines(90, 20, frame(replace(view, events=(*view.events, drifted)), 80), None, UTC, UTC)
    )
    assert "drift since 15 Feb 09:02: Bearing 4 has changed" in drawn
    assert "bundle" in drawn


@pytest.mark.parametrize("index", [80, 900])
def test_latent_drift_is_shown_and_never_to_be_learned_while_any_alarm_stands(view: View, index: int) -> None:
    drifted = said(90, EventKind.DRIFTED, latent_distance=2.5, latent_bound=0.25)
    shown = frame(replace(view, events=(*view.events, drifted)), index)
    drawn = " ".join(plain(baseline_lines(90, 20, shown, None, UTC, UTC)).split())
    assert "energy distance 2.50, at most 0.25 by chance" in drawn
    stands = any(alarm.stands for alarm in shown.alarms)
    assert ("do not learn it as healthy" in drawn) is stands
    assert ("learn again if the machine is healthy" in drawn) is not stands


def test_what_was_asked_of_the_engine_shows_until_it_is_answered_and_after(view: View) -> None:
    asked = said(90, EventKind.REQUESTED, action="relearn", by="ann")
    waiting = replace(view, events=(*view.events, asked))
    drawn = plain(baseline_lines(90, 20, frame(waiting, 80), facts(BUNDLE), UTC, UTC))
    assert "ann asked to relearn, 15 Feb 09:02: … not answered yet" in drawn
    refused = said(
        91, EventKind.ANSWERED, 90, action="relearn", done=False, words="too few running snapshots"
    )
    answered = replace(view, events=(*view.events, asked, refused))
    drawn = plain(baseline_lines(90, 20, frame(answered, 80), facts(BUNDLE), UTC, UTC))
    assert "REFUSED: too few running snapshots" in drawn


# Layers, losses, errors.


def test_layers_are_told_with_their_sizes_and_the_sum() -> None:
    drawn = plain(layer_lines(80, 10, facts(BUNDLE)))
    assert "EinsumDense" in drawn
    assert "4 × 32" in drawn
    assert "8,712 in all" in drawn
    assert "its layers are not known" in plain(layer_lines(80, 10, facts(replace(BUNDLE, layers=()))))
    assert "not at hand" in plain(layer_lines(80, 10, None))


def test_the_losses_are_drawn_with_the_best_one_named(view: View) -> None:
    drawn = plain(loss_lines(80, 16, view.epochs))
    assert "30 epochs, best 0.393 at epoch 30" in drawn
    assert "epochs" in drawn.splitlines()[-1]
    assert "no training is recorded" in plain(loss_lines(80, 16, ()))
    assert "no loss is a finite number" in plain(loss_lines(80, 16, (Epoch(1, np.nan, np.nan),)))
    assert "best 1 at epoch 1" in plain(loss_lines(80, 16, (Epoch(1, 2.0, 1.0),)))


def test_the_errors_of_baseline_and_since_are_told_apart_by_the_limit(view: View) -> None:
    drawn = plain(error_lines(80, 20, frame(view, 138), 0))
    assert "limit 1×" in drawn
    assert "n=28" in drawn
    assert "n=111" in drawn
    assert "0 % above" in drawn
    assert "57 % above" in drawn
    early = plain(error_lines(80, 20, frame(view, 10), 0))
    assert "n=0" in early


# The map.


def test_the_map_tells_time_by_digits_and_what_is_above_the_limit_by_letters(
    view: View, gallery: Gallery
) -> None:
    spread = np.random.default_rng(4).normal(0, 0.5, gallery.residual.shape).astype(np.float32)
    gallery = replace(gallery, residual=gallery.residual + spread)
    drawn = plain(map_lines(80, 24, frame(view, 138), gallery, 0, UTC))
    assert "PCA of band residuals" in drawn
    body = "\n".join(drawn.splitlines()[3:])
    assert "I" in body
    assert "○" in body
    healthy = "\n".join(plain(map_lines(80, 24, frame(view, 138), gallery, 1, UTC)).splitlines()[3:-2])
    healthy = healthy.replace("dB", "")
    assert not any(letter in healthy for letter in "ABCDEFGHI")


def test_nothing_after_the_playhead_is_used_for_the_map(view: View, gallery: Gallery) -> None:
    found = projected(frame(view, 50), gallery, 0)
    assert found is not None
    points, shares, chosen = found
    assert gallery.at[chosen].max() <= microseconds(synthetic.at(50))
    assert len(points) == chosen.sum()
    assert 0 <= shares.sum() <= 1 + 1e-9
    assert projected(frame(view, 3), gallery, 0) is None
    assert "nothing to map" in plain(map_lines(80, 16, frame(view, 3), gallery, 0, UTC))


# Bundles on disk.


def written(folder: Path, name: str, **changes: object) -> Path:
    place = folder / "bundles" / name
    place.mkdir(parents=True)
    told = {
        "model": "spectral",
        "seed": 1,
        "digest": "ab",
        "baseline": {"count": 40, "calibrated_on": 16, "start": WHEN.isoformat(), "end": WHEN.isoformat()},
        "history": [{}] * 7,
        **changes,
    }
    (place / "bundle.json").write_text(json.dumps(told))
    return place


def test_the_bundles_of_the_state_folder_are_read_and_the_one_in_use_named(
    own_store: Path, view: View
) -> None:
    written(own_store, "spectral-1")
    written(own_store, "spectral-2")
    (own_store / "bundles" / "broken\x1b[0m").mkdir()
    (own_store / "bundles" / f"{view.assessment.key}.json").write_text('{"bundle": "spectral-2"}')
    with Store.open(own_store) as store:
        found = ModelLook(Album())(store, view)
    assert [one.name for one in found.bundles] == ["spectral-1", "spectral-2"]
    assert found.current is not None
    assert found.current.name == "spectral-2"
    drawn = plain(bundle_lines(100, 10, found, "spectral-1", UTC))
    assert "› ○" in drawn
    assert "● in use  spectral-2" in drawn
    assert "cannot be read  broken[0m" in drawn


@pytest.mark.parametrize(
    "changes", [{"baseline": None}, {"seed": "x"}, {"history": 3}, {"layers": [{"kind": "x"}]}, {"doubts": 5}]
)
def test_a_description_that_is_not_one_is_left_out(tmp_path: Path, changes: dict[str, object]) -> None:
    assert read_facts(written(tmp_path, "spectral-1", **changes)) is None
    assert read_facts(tmp_path / "nowhere") is None


@pytest.mark.parametrize("width", [1, 24, 60, 80, 200])
@pytest.mark.parametrize("glyphs", list(Glyphs))
def test_nothing_overflows_and_ascii_is_ascii(
    view: View, gallery: Gallery, width: int, glyphs: Glyphs
) -> None:
    told = facts(BUNDLE, gallery=gallery)
    for height in (1, 3, 7, 12, 30):
        for lines in (
            baseline_lines(width, height, frame(view, 80), told, UTC, UTC, glyphs),
            layer_lines(width, height, told, glyphs),
            bundle_lines(width, height, told, BUNDLE.name, UTC, glyphs),
            loss_lines(width, height, view.epochs, glyphs),
            error_lines(width, height, frame(view, 80), 0, glyphs),
            map_lines(width, height, frame(view, 138), gallery, 0, UTC, glyphs),
        ):
            assert len(lines) <= height
            assert all(width_of(line) <= width for line in lines)
            if glyphs is Glyphs.ASCII:
                assert plain(lines).isascii()


# The proposal to learn again.


def begun(seq: int = 90) -> Event:
    span = {"from": synthetic.at(40).isoformat(), "until": synthetic.at(55).isoformat()}
    return proposal(seq, {"step": "begun", "snapshots": 200, "reason": "the machine has drifted", **span})


def proposal(seq: int, detail: Mapping[str, object]) -> Event:
    return replace(said(seq, EventKind.PROPOSAL), detail=detail)


LEARNED = {"step": "learned", "bundle": "abc", "name": "spectral-abc", "doubts": ["it is impulsive"]}


@pytest.mark.parametrize(("width", "height"), [(60, 8), (80, 16)])
def test_standing_proposal_shows_its_keys_and_its_verdict_at_once(
    view: View, width: int, height: int
) -> None:
    events = (*view.events, begun(), proposal(91, LEARNED))
    lines = baseline_lines(width, height, frame(replace(view, events=events), 70), facts(BUNDLE), UTC, UTC)
    drawn = " ".join(plain(lines).split())
    assert "◇ PROPOSED: a new baseline; k accepts, % refuses" in drawn
    assert "it would have raised and silenced the same alarms as the present baseline" in drawn
    assert all(width_of(line) <= width for line in lines)
    if height > 10:
        assert "200 snapshots" in drawn
        assert "in doubt: it is impulsive" in drawn


def test_proposal_that_would_silence_says_so_before_anything_else_of_it(view: View) -> None:
    raised = Event(
        92,
        EventKind.RAISED,
        synthetic.at(61),
        synthetic.WALL,
        "component",
        "Bearing [b]3",
        "x",
        None,
        "",
        {"cause": "limit", "priority": "medium"},
    )
    events = (*view.events, begun(), proposal(91, LEARNED), raised)
    drawn = plain(baseline_lines(60, 8, frame(replace(view, events=events), 70), None, UTC, UTC))
    assert "WOULD SILENCE the alarm on Bearing [b]3" in " ".join(drawn.split())
    assert drawn.index("WOULD SILENCE") < drawn.index("spectral-abc")


@pytest.mark.parametrize("index", [50, 70])
def test_proposal_is_shown_from_its_instant_on(view: View, index: int) -> None:
    shown = frame(replace(view, events=(*view.events, begun())), index)
    drawn = plain(baseline_lines(90, 20, shown, facts(BUNDLE), UTC, UTC))
    assert ("a new baseline is learned from 200 snapshots" in drawn) is (index > 60)


def test_refused_proposal_stays_in_the_history(view: View) -> None:
    refused = said(92, EventKind.PROPOSAL, step="refused", message="ada refused the proposed baseline")
    events = (*view.events, begun(), proposal(91, LEARNED), refused)
    drawn = plain(baseline_lines(90, 20, frame(replace(view, events=events), 70), facts(BUNDLE), UTC, UTC))
    assert "last proposal, 15 Feb 09:02: ada refused the proposed baseline" in drawn
    assert "k accepts" not in drawn


@pytest.mark.parametrize(("index", "healthy"), [(62, True), (110, False)])
def test_no_component_is_learned_as_healthy_while_an_alarm_of_another_stands(
    view: View, index: int, healthy: bool
) -> None:
    drifted = said(91, EventKind.DRIFTED)
    drifted = replace(drifted, component="Bearing 4", at=view.events[0].at)
    shown = frame(replace(view, events=(*view.events, drifted)), index)
    assert any(alarm.stands for alarm in shown.alarms) is not healthy
    drawn = " ".join(plain(baseline_lines(90, 20, shown, None, UTC, UTC)).split())
    assert ("learn again if the machine is healthy" in drawn) is healthy
    assert ("do not learn it as healthy" in drawn) is not healthy


@pytest.mark.parametrize("width", [56, 60, 78, 118])
def test_the_span_and_the_acceptance_of_a_baseline_are_never_cut(view: View, width: int) -> None:
    drawn = plain(baseline_lines(width, 12, frame(view, 62), facts(BUNDLE), UTC, UTC))
    lines = [line for line in drawn.splitlines() if " until " in line or "PROVISIONAL" in line]
    assert len(lines) == 2
    assert not any("…" in line for line in lines)


def test_the_key_that_accepts_is_that_of_the_settings(view: View) -> None:
    drawn = plain(baseline_lines(90, 20, frame(view, 80), facts(BUNDLE), UTC, UTC, key="F9"))
    assert "F9 accepts it" in drawn
