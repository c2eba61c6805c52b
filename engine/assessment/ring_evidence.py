"""The evidence that is frozen with the ring of a component."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.alarms.slow_sensors import Trouble
from engine.assessment.motors import Named
from engine.records.assessment import Moment, Score
from engine.records.payloads import RingEvidence
from engine.scoring.attribution import latent_share, leading_bands
from engine.scoring.process import leading_sensors
from engine.scoring.scorer import Examination, Scorer
from engine.scoring.slow import SlowVerdict, plain


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One snapshot with all that the alarm rules ask of it.

    Attributes:
        seen: the snapshot by itself.
        moment: its name and time.
        scores: one a component.
        charts: severity by the quick and the patient average, (2, components).
        bands: shares of the error, (channels, bands).
        found: evidence for a surface or a motor's fault, by component counted from 0.
        slow: of the slow sensors beside it.
        troubles: fault of each of these.
    """

    seen: Examination
    moment: Moment
    scores: tuple[Score, ...]
    charts: NDArray[np.float64]
    bands: NDArray[np.float32]
    found: Mapping[int, Named]
    slow: SlowVerdict
    troubles: tuple[Trouble | None, ...] = ()


class RingFacts:
    """Gathers the evidence of rings for one machine."""

    def __init__(self, scorer: Scorer, names: Sequence[str]) -> None:
        """Prepare.

        Args:
            scorer: of the machine.
            names: of the columns of a recording; empty where they have none.
        """
        self._scorer, self._layout, self._names = scorer, scorer.layout, names

    def of(self, score: Score, index: int, judged: Judged) -> RingEvidence:
        """Return the evidence of a component, counted from 0; of both sources where there are two."""
        seen, bands, channels = judged.seen, judged.bands, self._layout.channels[index]
        units = self._layout.units
        insight = seen.insight
        slow = self._scorer.slow.of_component(judged.slow.values, index)
        latent = None
        second = self._scorer.bundle.witness
        if insight.latent > 0:
            latent = latent_share(insight.window_errors, seen.running, insight.latent)
        return RingEvidence(
            error=score.error,
            limit=score.limit,
            share=score.share,
            bands=self._leading(bands, channels),
            latent=latent,
            sensors=leading_sensors(self._names, units, seen.figures, bands, channels)
            if self._layout.is_process
            else (),
            vibration=float(np.nanmax(judged.slow.vibration[:, index])) if slow else None,
            slow=tuple(map(plain, slow)),
            witness=None if second is None else second.severity(seen.residual, seen.running, channels),
        )

    def _leading(
        self, bands: NDArray[np.float32], channels: tuple[int, ...]
    ) -> tuple[tuple[float, float, float], ...]:
        """Return the bands with the largest shares; those of motors and slow sensors are no frequencies."""
        if self._layout.is_process:
            return ()
        motors = [self._layout.channels[number] for number in self._scorer.diagnostician.motors.columns]
        return () if channels in motors else leading_bands(self._scorer.model.edges, bands, channels)
