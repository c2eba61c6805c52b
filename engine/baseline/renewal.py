"""A new baseline for one component of a bundle: its part was replaced, and the others stay as they were.

The network and its scaling stay. The usual values of the component's channels, its limits and the usual
strength of its fault lines are set again, from recordings after the replacement. No other number changes.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.baseline.from_run import Listener
from engine.baseline.learner import Learner
from engine.baseline.trainer import LearningError
from engine.bundles.bundle import SCORING, Bundle, Calibration
from engine.config.channels import Layout, layout_of
from engine.config.settings import Settings
from engine.diagnosis.surface import Diagnostician
from engine.models.runner import Network, insight_of
from engine.system.processes.ordered_map import in_order
from replay.recording import RecordingError
from replay.run import Run


def renew_component(
    bundle: Bundle, component: int, run: Run, settings: Settings, listener: Listener
) -> Bundle:
    """Return a bundle with a new baseline for one component.

    Args:
        bundle: in use.
        component: its index.
        run: recordings after the replacement, of a healthy machine.
        settings: of the machine.
        listener: gets the progress.

    Raises:
        LearningError: too few of the recordings can be used, a channel of the component is mute, or the
            bundle was learned for another version of the scoring.
    """
    if bundle.scoring != SCORING:
        raise LearningError(
            f"the bundle in use was learned for version {bundle.scoring} of the scoring, this Raceway sets"
            f" limits for version {SCORING}; learn the whole machine again (raceway engine relearn)"
        )
    layout = layout_of(settings)
    learner = Learner(settings, layout, Diagnostician(settings))
    network = Network(bundle.network)
    sights = []
    for done, one in enumerate(in_order(lambda index: learner.look(run.read(index)), range(len(run)))):
        if isinstance(one, RecordingError):
            listener.rejected(one)
        else:
            sights.append(one)
        listener.read(done + 1, len(run))
    fresh = learner.calibrated(
        sights,
        lambda observed: insight_of(learner.model, network, observed, bundle.scaling),
        bundle.scaling,
        listener.waiting,
        bundle.calibration,
    )
    channels = [number - 1 for number in layout.channels[component]]
    name = layout.components[component]
    if not (fresh.calibration.level[channels] > 0).all():
        raise LearningError(f"{name}: a channel of it carried no usable signal in these recordings")
    return replace(
        bundle,
        calibration=spliced(
            bundle.calibration, fresh.calibration, component, channels, _symptom_places(layout, component)
        ),
        lines={
            **bundle.lines,
            **{index: lines for index, lines in fresh.lines.items() if index == component},
        },
        doubts=(
            *(one for one in bundle.doubts if not one.startswith(f"{name},")),
            *(one for one in fresh.doubts if one.startswith(f"{name},")),
            *(f"{name}, {one}" for one in fresh.doubts if one.startswith("conditions:")),
        ),
        witness=bundle.witness.without(channels) if bundle.witness is not None else None,
        renewal={
            "from": bundle.digest(),
            "component": name,
            "snapshots": fresh.count,
            "start": fresh.start.isoformat(),
            "end": fresh.end.isoformat(),
        },
    )


def spliced(
    old: Calibration,
    new: Calibration,
    component: int,
    channels: list[int],
    symptoms: Sequence[int] = (),
) -> Calibration:
    """Return a calibration with the values of one component from another, and all others as they were.

    Args:
        old: of the bundle in use.
        new: from recordings after the replacement.
        component: its index.
        channels: its channels, from 0.
        symptoms: its places among the symptoms beside vibration, from 0.
    """

    def rows(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float32]:
        both = before.copy()
        both[channels] = after[channels]
        return both

    def column(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float32]:
        both = before.copy()
        both[..., component] = after[..., component]
        return both

    def places(
        before: NDArray[np.float32], after: NDArray[np.float32], own: Sequence[int]
    ) -> NDArray[np.float32]:
        both = before.copy()
        if both.size and both.shape == after.shape:
            both[:, list(own)] = after[:, list(own)]
        return both

    calm = old.calm.copy()
    # As many healthy severities as before: the statistics of the others must not move by a bit.
    calm[:, component] = np.resize(new.calm[:, component], len(calm))
    return Calibration(
        centre=rows(old.centre, new.centre),
        scatter=rows(old.scatter, new.scatter),
        level=rows(old.level, new.level),
        limit=column(old.limit, new.limit),
        window_limit=column(old.window_limit, new.window_limit),
        calm=calm,
        reach=rows(old.reach, new.reach),
        # A latent position is the whole machine's, with the new component.
        latent=new.latent if new.latent.size else old.latent,
        span=old.span,
        slopes=places(old.slopes, new.slopes, channels),
        symptoms=places(old.symptoms, new.symptoms, symptoms),
        loudness=places(old.loudness, new.loudness, channels),
        habits=old.habits,
    )


def _symptom_places(layout: Layout, component: int) -> list[int]:
    """Return the places of a component's symptoms beside vibration among those of all components."""
    before = sum(len(own) for own in layout.symptoms[:component])
    return [before + place for place in range(len(layout.symptoms[component]) if layout.symptoms else 0)]
