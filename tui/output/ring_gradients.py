"""Integrated gradients of an alarm's latest ring, and their agreement with other attributions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from engine.alarms.alarm import Alarm
from engine.bundles.bundle import Bundle
from engine.bundles.library import Bundles
from engine.explanation.record import Record
from engine.records.events import EventKind
from engine.records.payloads import Ring
from engine.reports.gradients import (
    Attribution,
    GradientsError,
    agreement,
    attribution_of,
    occlusion_bands,
)
from engine.store.store import Store
from tui.screens.bearing.recording import read_waveform

MOST = 6
"""Bands that are listed."""


@dataclass(frozen=True, slots=True, eq=False)
class RingGradients:
    """The attributions of a component at a ring.

    Attributes:
        component: its name.
        snapshot: that rang.
        found: the attributions.
        contributions: rank correlation with the contributions of the bands; None where not known.
        occlusion: rank correlation with the falls by occlusion; None where not known.
    """

    component: str
    snapshot: str
    found: Attribution
    contributions: float | None
    occlusion: float | None

    def text(self) -> str:
        """Return the attributions for a shell, the largest first."""
        return "\n".join(self._lines())

    def record(self) -> dict[str, object]:
        """Return the attributions in JSON types."""
        found = self.found
        return {
            "component": self.component,
            "snapshot": self.snapshot,
            "channels": list(found.channels),
            "edges_hz": found.edges.tolist(),
            "shares": found.shares.tolist(),
            "rest": found.rest,
            "gap": found.gap,
            "rank_correlation_contributions": self.contributions,
            "rank_correlation_occlusion": self.occlusion,
            "latent_moved": found.moved.tolist(),
            "latent_gradient": found.steep.tolist(),
        }

    def _lines(self) -> Iterator[str]:
        found = self.found
        yield f"Integrated gradients of the error of {self.component} in {self.snapshot}:"
        order = np.dstack(np.unravel_index(np.argsort(-found.shares, axis=None), found.shares.shape))[0]
        for channel, band in order[:MOST].tolist():
            where = f"channel {found.channels[channel]}, " if len(found.channels) > 1 else ""
            hertz = f"{found.edges[band]:.0f} to {found.edges[band + 1]:.0f} Hz"
            yield f"  {where}{hertz}: {found.shares[channel, band]:.1%} of its rise above health"
        yield f"  all bands: {found.shares.sum():.1%}; level and other frequencies: {found.rest:.1%}"
        yield f"  the sum of all attributions differs from the rise by {found.gap:.1%}"
        yield f"  rank correlation with contributions: {_number(self.contributions)}"
        yield f"  rank correlation with occlusion: {_number(self.occlusion)}"
        for one in np.argsort(-found.moved)[:3].tolist():
            yield f"  latent value {one + 1} moved by {found.moved[one]:.2f}, gradient {found.steep[one]:.3g}"


def gradients_of_ring(store: Store, record: Record, alarm: Alarm | None) -> RingGradients:
    """Return the integrated gradients at the latest ring of an alarm.

    Args:
        store: holds the record.
        record: as of an instant.
        alarm: of a component, as of that instant; None where none is open.

    Raises:
        GradientsError: there is no such alarm, recording or gradient; the sentence says why.
        BundleError: the bundle that judged is gone.
        GradientsFailedError: the process failed.
    """
    component = None if alarm is None else record.component(alarm)
    if alarm is None or component is None:
        raise GradientsError("no alarm of a component is open; name one by --alarm")
    name = str(alarm.ring.detail.get("snapshot", ""))
    places = [at for at in range(record.count) if record.series.names[at] == name]
    if not places:
        raise GradientsError(f"the snapshot {name or 'of the ring'} is not in the record")
    read = read_waveform(record.assessment, name, int(record.series.at[places[-1]]))
    if read.why_not:
        raise GradientsError(read.why_not)
    channels = record.assessment.channels[component]
    bundle = _bundle_of(Bundles(store.path.parent, record.assessment.key), record, alarm.ring.at)
    found = attribution_of(bundle, read.signal, channels)
    picture = store.drawn(record.assessment, int(record.series.positions[places[-1]]))
    own = [number - 1 for number in channels]
    contributions = None
    if picture is not None and picture.contribution[own].shape == found.shares.shape:
        contributions = agreement(found.shares.ravel(), picture.contribution[own].ravel())
    evidence = Ring.from_detail(alarm.ring.detail).evidence
    falls = occlusion_bands(evidence.occlusion or () if evidence is not None else ())
    occluded = agreement(found.widened([band for band, _ in falls]), [fall for _, fall in falls])
    return RingGradients(alarm.component, name, found, contributions, occluded)


def _bundle_of(bundles: Bundles, record: Record, at: datetime) -> Bundle:
    """Return the bundle that judged at an instant: the newest that came into use up to it."""
    used = [
        str(event.detail.get("bundle", ""))
        for event in record.past
        if event.kind in (EventKind.LEARNED, EventKind.BUNDLE) and event.at <= at
    ]
    # The newest event is the first.
    digest = used[0] if used else ""
    named = [name for name in bundles.names() if digest and name.endswith(digest[:16])]
    return bundles.load(named[0] if named else None)


def _number(value: float | None) -> str:
    return "not known" if value is None else f"{value:+.2f}"
