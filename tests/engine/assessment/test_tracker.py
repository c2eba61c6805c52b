"""The tracker: stops raise nothing, the state is complete, one working sensor is enough."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pytest

from engine.assessment.state import State, first_state, unpack_state
from engine.assessment.tracker import Tracker, Verdict
from engine.bundles.bundle import BundleError, Calibration
from engine.config.channels import Layout, layout_of
from engine.diagnosis.surface import Diagnostician
from engine.records.assessment import Moment, Quality
from engine.records.events import EventKind, NewEvent
from engine.records.payloads import Ring
from engine.records.picture import Picture
from engine.scoring.scorer import Scorer
from replay.recording import Snapshot
from tests.engine.rigs import SMALL_ROWS, SmallRig, noise, ringing

RAISED, CLEARED = EventKind.RAISED, EventKind.CLEARED
STOPPED, RESTARTED = EventKind.STOPPED, EventKind.RESTARTED


@dataclass
class Machine:
    """The machine of the small rig after its baseline, one made-up signal at a time."""

    rig: SmallRig
    layout: Layout
    limits: tuple[int, ...] = (0, 1)
    mode: str = "standard"

    def __post_init__(self) -> None:
        usual, own = self.rig.bundle.calibration, list(self.limits)
        usual = replace(usual, limit=usual.limit[:, own], calm=usual.calm[:, own])
        limits = self.rig.settings.limits.model_copy(update={"mode": self.mode})
        settings = self.rig.settings.model_copy(update={"limits": limits})
        bundle = replace(self.rig.bundle, calibration=usual)
        self.scorer = Scorer(bundle, self.layout, Diagnostician(settings))
        self.tracker = Tracker(self.scorer, settings)
        self.persistence, self.clear_after = settings.alarms.persistence, settings.alarms.clear_after
        self.rng = np.random.default_rng(8)

    def signal(self, kind: str) -> np.ndarray:
        signal = noise(self.rng, SMALL_ROWS, 2)
        match kind:
            case "faulty":
                signal[:, 1] += ringing(SMALL_ROWS, 173, 30.0)
            case "knocked":
                signal[:, 1] += ringing(SMALL_ROWS, 173, 300.0)
            case "stopped":
                signal *= 0.005
            case "left dead":
                signal[:, 0] = 0.0
            case "left dead, faulty":
                signal[:, 1] += ringing(SMALL_ROWS, 173, 30.0)
                signal[:, 0] = 0.0
            case "right dead":
                signal[:, 1] = 0.0
            case "left invalid":
                signal[:, 0] = np.nan
            case "left invalid, faulty":
                signal[:, 1] += ringing(SMALL_ROWS, 173, 30.0)
                signal[:, 0] = np.nan
            case "left invalid, stopped":
                signal *= 0.005
                signal[:, 0] = np.nan
            case "constant":
                signal[:] = 0.25
            case "right hums":
                signal[:, 1] = 0.01 * signal[:, 1] + 0.5 * np.sin(0.0123 * np.arange(SMALL_ROWS))
            case "right weak":
                signal[:, 1] *= 0.15
            case "right louder":
                signal[:, 1] *= 1.25
            case "right half":
                signal[:, 1] *= 0.5
            case "weak":
                signal *= 0.15
            case "both half":
                signal *= 0.5
            case "both a tenth":
                signal *= 0.1
            case "right drops out":
                signal[np.arange(SMALL_ROWS) % 400 < 100, 1] = 0.0
            case "right repeats":
                signal[:, 1] = noise(np.random.default_rng(9), SMALL_ROWS, 2)[:, 1]
            case "repeats":
                signal = noise(np.random.default_rng(9), SMALL_ROWS, 2)
            case "copied":
                signal[:, 1] = signal[:, 0]
        return signal.astype(np.float32)

    def follow(self, kinds: Iterable[str], *, through_json: bool = False) -> list[Verdict]:
        end = self.rig.bundle.baseline.end
        state, verdicts = first_state(self.layout, self.rig.bundle.calibration.centre.shape), []
        for number, kind in enumerate(kinds, start=1):
            at = end + number * timedelta(seconds=10)
            snapshot = Snapshot("small rig", f"{number}", at, 25600.0, self.signal(kind))
            state, verdict = self.tracker.step(state, self.scorer.examine(snapshot), Moment(f"{number}", at))
            if through_json:
                state = unpack_state(json.loads(json.dumps(state.pack())))
            verdicts.append(verdict)
        return verdicts


@pytest.fixture
def machine(small_rig: SmallRig) -> Machine:
    return Machine(small_rig, layout_of(small_rig.settings))


def heard(verdicts: Iterable[Verdict]) -> list[tuple[int, EventKind]]:
    """Return the events, each with the number of its snapshot from 1."""
    return [
        (number, event.kind) for number, verdict in enumerate(verdicts, start=1) for event in verdict.events
    ]


def events(verdicts: Iterable[Verdict]) -> list[NewEvent]:
    return [event for verdict in verdicts for event in verdict.events]


def rings(verdicts: list[Verdict], *kinds: EventKind) -> list[tuple[int, EventKind]]:
    return [(number, kind) for number, kind in heard(verdicts) if kind in kinds]


def test_plain_mode_judges_the_mean_window_error_by_the_percentile(small_rig: SmallRig) -> None:
    plain = Machine(small_rig, layout_of(small_rig.settings), mode="plain")
    kinds = ["healthy", "faulty", "left dead", "stopped"]
    healthy, faulty, dead, stopped = plain.follow(kinds)
    limit = small_rig.bundle.calibration.window_limit
    for verdict in (healthy, faulty):
        for score, of in zip(verdict.scores, limit.tolist(), strict=True):
            assert score.limit == of
            assert score.error is not None
            assert score.severity == pytest.approx(score.error / of)
    severity = [score.severity for score in faulty.scores]
    assert severity[0] < 1.0 < severity[1]
    assert dead.scores[0].severity is None
    assert dead.scores[1].severity is not None
    assert [score.severity for score in stopped.scores] == [None, None]


def test_steady_machine_says_nothing(machine: Machine) -> None:
    assert heard(machine.follow(["healthy"] * 20)) == []


def test_fault_is_raised_on_its_component_when_it_has_lasted(machine: Machine) -> None:
    verdicts = machine.follow(["healthy"] * 4 + ["faulty"] * 6)
    (raised,) = [event for event in events(verdicts) if event.kind is RAISED]
    assert rings(verdicts, RAISED) == [(4 + machine.persistence, RAISED)]
    assert raised.component == "Right"
    detail = dict(raised.detail)
    score = verdicts[4 + machine.persistence - 1].scores[1]
    assert (detail["severity"], detail["error"], detail["limit"]) == (
        score.severity,
        score.error,
        score.limit,
    )
    assert detail["share"] == score.share
    shares = [share for _, _, share in detail["bands"]]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) <= 1.0 + 1e-6


def test_single_odd_snapshot_rings_nothing_though_it_lasts_in_the_severity(machine: Machine) -> None:
    verdicts = machine.follow(["healthy"] * 4 + ["knocked"] + ["healthy"] * 15)
    above = [verdict.scores[1].severity or 0.0 for verdict in verdicts[4:]]
    assert sum(severity > 1.0 for severity in above) >= machine.persistence
    assert rings(verdicts, RAISED) == []


def test_shares_sum_to_one_and_the_faulty_component_has_most(machine: Machine) -> None:
    for verdict in machine.follow(["healthy"] * 4 + ["faulty"] * 3):
        assert sum(score.share or 0.0 for score in verdict.scores) == pytest.approx(1.0, abs=1e-5)
    assert (verdict.scores[1].share or 0.0) > 0.8


def test_stopped_machine_has_no_severity_and_says_so_once(machine: Machine) -> None:
    verdicts = machine.follow(["healthy"] * 2 + ["stopped"] * 5 + ["healthy"] * 2)
    assert heard(verdicts) == [(3, STOPPED), (8, RESTARTED)]
    for verdict in verdicts[2:7]:
        for score in verdict.scores:
            assert score.quality is Quality.STOPPED
            assert (score.error, score.severity, score.share) == (None, None, None)


def test_stop_neither_clears_an_alarm_nor_rings_anew_after_it(machine: Machine) -> None:
    stop = ["stopped"] * (machine.clear_after + 5)
    verdicts = machine.follow(["faulty"] * 5 + stop + ["faulty"] * 5)
    assert rings(verdicts, RAISED, CLEARED) == [(machine.persistence, RAISED)]


def test_stopped_snapshots_do_not_count_towards_persistence(machine: Machine) -> None:
    few = machine.persistence - 1
    verdicts = machine.follow(["faulty"] * few + ["stopped"] * 5 + ["faulty"] * 3)
    assert rings(verdicts, RAISED) == [(few + 5 + 1, RAISED)]


def test_repaired_machine_clears_and_may_fail_again(machine: Machine) -> None:
    verdicts = machine.follow(["faulty"] * 5 + ["healthy"] * 30 + ["faulty"] * 5)
    assert [kind for _, kind in rings(verdicts, RAISED, CLEARED)] == [RAISED, CLEARED, RAISED]


def test_dead_sensor_rings_for_itself_and_mutes_no_other(machine: Machine) -> None:
    verdicts = machine.follow(["healthy"] * 3 + ["left dead, faulty"] * 6)
    raised = [event for event in events(verdicts) if event.kind is RAISED]
    assert {(event.component, event.source, event.detail["cause"]) for event in raised} == {
        ("Left", "channel", "sensor dead"),
        ("Right", "component", "limit"),
    }
    left, right = verdicts[-1].scores
    assert (left.quality, left.severity) == (Quality.DEAD, None)
    assert right.severity is not None


def test_component_with_one_live_sensor_of_two_is_scored_and_rings(small_rig: SmallRig) -> None:
    layout = replace(layout_of(small_rig.settings), components=("Both",), channels=((1, 2),))
    verdicts = Machine(small_rig, layout, (1,)).follow(["left dead"] * 3 + ["left dead, faulty"] * 6)
    assert all(verdict.scores[0].quality is Quality.RUNNING for verdict in verdicts)
    causes = {event.detail["cause"] for event in events(verdicts) if event.kind is RAISED}
    assert causes == {"sensor dead", "limit"}


def test_channel_that_cannot_be_read_rings_as_dead_and_mutes_no_other(machine: Machine) -> None:
    verdicts = machine.follow(["healthy"] * 3 + ["left invalid, faulty"] * 6)
    raised = [event for event in events(verdicts) if event.kind is RAISED]
    assert {(event.component, event.source, event.detail["cause"]) for event in raised} == {
        ("Left", "channel", "sensor dead"),
        ("Right", "component", "limit"),
    }
    left, right = verdicts[-1].scores
    assert (left.quality, left.error, left.severity, left.share) == (Quality.INVALID, None, None, None)
    assert right.share == pytest.approx(1.0)


def test_healthy_component_keeps_its_severity_when_one_channel_of_two_goes(small_rig: SmallRig) -> None:
    layout = replace(layout_of(small_rig.settings), components=("Both",), channels=((1, 2),))
    whole = Machine(small_rig, layout, (1,)).follow(["healthy"] * 60)
    lost = Machine(small_rig, layout, (1,)).follow(["healthy"] * 20 + ["left invalid"] * 40)
    severities = [
        np.array([verdict.scores[0].severity for verdict in verdicts], float) for verdicts in (whole, lost)
    ]
    assert np.array_equal(severities[0][:20], severities[1][:20])
    assert np.isfinite(severities[1]).all()
    assert np.median(severities[1][20:]) == pytest.approx(np.median(severities[0][20:]), rel=0.25)
    assert severities[1].max() < 0.8
    assert {event.detail["cause"] for event in events(lost) if event.kind is RAISED} == {"sensor dead"}
    assert not any(event.kind is EventKind.CONDITION for event in events(lost))


def test_neighbour_of_a_channel_that_cannot_be_read_keeps_every_bit_of_its_scores(machine: Machine) -> None:
    whole = machine.follow(["healthy"] * 20)
    machine.rng = np.random.default_rng(8)
    lost = machine.follow(["healthy"] * 5 + ["left invalid"] * 15)
    assert [v.scores[1].severity for v in lost] == [v.scores[1].severity for v in whole]
    assert [v.scores[1].error for v in lost] == [v.scores[1].error for v in whole]


def test_picture_shows_nothing_of_a_channel_that_cannot_be_read(machine: Machine) -> None:
    for verdict in machine.follow(["left invalid", "left invalid, faulty"]):
        picture = Picture.unpack(verdict.picture.pack())
        assert np.isnan(picture.spectrum[0]).all()
        assert np.isnan(picture.reconstruction[0]).all()
        for plane in (picture.contribution, picture.parts, picture.envelope):
            assert np.isfinite(plane).all()
            assert not plane[0].any()
        assert np.isfinite(picture.spectrum[1]).all()


def test_machine_stops_though_a_channel_cannot_be_read_and_that_channel_still_rings(machine: Machine) -> None:
    verdicts = machine.follow(["healthy"] * 2 + ["left invalid, stopped"] * 5)
    assert heard(verdicts) == [(3, STOPPED), (2 + machine.persistence, RAISED)]
    assert [event.detail.get("cause") for event in events(verdicts)] == [None, "sensor dead"]
    assert verdicts[-1].scores[1].quality is Quality.STOPPED


@pytest.mark.parametrize("through_json", [False, True])
def test_constant_channels_are_a_stop_that_asks_a_person_until_the_machine_runs(
    machine: Machine, through_json: bool
) -> None:
    kinds = ["healthy"] * 2 + ["constant"] * 8 + ["healthy"]
    verdicts = machine.follow(kinds, through_json=through_json)
    assert heard(verdicts) == [
        (3, STOPPED),
        (2 + machine.persistence, RAISED),
        (11, RESTARTED),
        (11, CLEARED),
    ]
    (asked,) = [event for event in events(verdicts) if event.kind is RAISED]
    assert (asked.source, asked.detail["cause"], asked.detail["priority"]) == ("machine", "stopped", "low")


def test_column_that_no_component_names_never_rings(small_rig: SmallRig) -> None:
    layout = replace(
        layout_of(small_rig.settings),
        components=("Left",),
        channels=((1,),),
        watched=np.array([True, False]),
    )
    machine = Machine(small_rig, layout, (0,))
    assert heard(machine.follow(["healthy"] * 3 + ["right dead"] * 9 + ["faulty"] * 9)) == []
    assert machine.follow(["faulty"])[0].scores[0].share == pytest.approx(1.0)


def test_nothing_is_forgotten_between_a_state_and_its_json(small_rig: SmallRig) -> None:
    layout = layout_of(small_rig.settings)
    kinds = [
        *["healthy"] * 3,
        *["faulty"] * 5,
        *["stopped"] * 2,
        *["right dead"] * 4,
        *["healthy"] * 20,
        *["faulty"] * 4,
    ]
    plain = Machine(small_rig, layout).follow(kinds)
    restarted = Machine(small_rig, layout).follow(kinds, through_json=True)
    assert [verdict.scores for verdict in restarted] == [verdict.scores for verdict in plain]
    assert events(restarted) == events(plain)
    assert [verdict.picture.pack() for verdict in restarted] == [verdict.picture.pack() for verdict in plain]


def test_state_before_the_first_snapshot_survives_json(small_rig: SmallRig) -> None:
    state = first_state(layout_of(small_rig.settings), small_rig.bundle.calibration.centre.shape)
    back = unpack_state(json.loads(json.dumps(state.pack())))
    assert isinstance(back, State)
    assert back.pack() == state.pack()


def with_temperature(rig: SmallRig) -> Machine:
    """Return the small rig with a temperature beside the vibration of its left bearing: 50 °C, spread 1."""
    layout = replace(
        layout_of(rig.settings), slow=("Load", "Temp"), slow_units=("kW", "°C"), symptoms=((1,), ())
    )
    usual = replace(
        rig.bundle.calibration,
        span=np.array([[10.0], [2.0], [6.0], [14.0]], np.float32),
        slopes=np.zeros((2, *rig.bundle.calibration.centre.shape), np.float32),
        symptoms=np.array([[50.0], [1.0], [2.0], [0.0]], np.float32),
    )
    return Machine(replace_bundle(rig, usual), layout)


def replace_bundle(rig: SmallRig, usual: Calibration) -> SmallRig:
    return replace(rig, bundle=replace(rig.bundle, calibration=usual))


def beside(machine: Machine, kinds: list[str], load: float, temp: float) -> list[Verdict]:
    end, verdicts = machine.rig.bundle.baseline.end, []
    state = first_state(machine.layout, machine.rig.bundle.calibration.centre.shape)
    for number, kind in enumerate(kinds, start=1):
        at = end + number * timedelta(seconds=10)
        made = Snapshot("small rig", f"{number}", at, 25600.0, machine.signal(kind), slow=(load, temp))
        state, verdict = machine.tracker.step(state, machine.scorer.examine(made), Moment(f"{number}", at))
        state = unpack_state(json.loads(json.dumps(state.pack())))
        verdicts.append(verdict)
    return verdicts


def test_a_hot_bearing_rings_once_with_the_evidence_of_both_sources(small_rig: SmallRig) -> None:
    verdicts = beside(with_temperature(small_rig), ["healthy"] * 20, load=20.0, temp=75.0)
    (raised,) = [event for event in events(verdicts) if event.kind is RAISED]
    assert raised.component == "Left"
    evidence = Ring.from_detail(raised.detail).evidence
    assert evidence is not None
    assert evidence.vibration is not None
    assert evidence.vibration < 1.0
    load, temp = evidence.slow
    assert (load["name"], load["outside"], load["high"]) == ("Load", True, 14.0)
    # Two standard deviations of the load, its end in the baseline, and not the five beyond it.
    assert (temp["measured"], temp["expected"]) == (75.0, 54.0)
    assert Picture.unpack(verdicts[-1].picture.pack()).slow[1]["name"] == "Temp"


def test_a_temperature_that_its_load_explains_is_silent(small_rig: SmallRig) -> None:
    assert events(beside(with_temperature(small_rig), ["healthy"] * 20, load=14.0, temp=54.5)) == []


@pytest.mark.parametrize("temp", [float("nan"), 50.0])
def test_a_fault_in_vibration_rings_whatever_the_temperature_says(small_rig: SmallRig, temp: float) -> None:
    verdicts = beside(with_temperature(small_rig), ["healthy"] * 4 + ["faulty"] * 6, load=10.0, temp=temp)
    raised = [event for event in events(verdicts) if event.kind is RAISED]
    assert [one.component for one in raised if one.source == "component"] == ["Right"]
    missed = [one.component for one in raised if one.source == "channel"]
    assert missed == (["Left"] if np.isnan(temp) else [])


def test_other_slow_sensors_than_learned_are_refused(small_rig: SmallRig) -> None:
    layout = replace(layout_of(small_rig.settings), slow=("Temp",), slow_units=("°C",), symptoms=((0,), ()))
    with pytest.raises(BundleError, match="other slow sensors"):
        Machine(small_rig, layout)
