"""Evidence for the bearing screen: pictures of the whole run, and fault lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.bundles.manifest import bundle_place
from engine.diagnosis.line_markers import Marking, marking
from engine.records.picture import Picture, loudest_channel
from tui.data.pictures import Album, Gallery
from tui.data.view import View

if TYPE_CHECKING:
    from engine.store.store import Store


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The evidence that was read. `channel` counts from 1, `marked` belongs to the picture of `position`.

    `then` is the picture of the snapshot that is compared, None for none. `motor_usual` holds the baseline's
    figures of a motor by name, empty for a bearing.
    """

    gallery: Gallery | None
    position: int | None
    channel: int
    marked: Marking
    then: Picture | None = None
    motor_usual: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class EvidenceLook:
    """Reads the evidence for one component, in the snapshot whose picture the view has.

    `channel` is the one chosen by the operator, from 1; None for the channel with most of the error. `then`
    is the position of a snapshot to compare with, None for none. Without an `album` no pictures of the whole
    run are read.
    """

    component: int
    channel: int | None
    album: Album | None = field(compare=False, hash=False)
    usual: "UsualLines" = field(compare=False, hash=False)
    then: int | None = None

    def __call__(self, store: "Store", view: View) -> Evidence:
        """Read the evidence; the view's picture is that of the snapshot."""
        picture = view.picture
        channels = view.assessment.channels[self.component]
        channel = self.channel if self.channel in channels else loudest_channel(picture, channels)
        marked = Marking(why_not="there is no picture of this snapshot")
        motor_usual: Mapping[str, float] = {}
        if is_motor(view, self.component):
            marked = Marking(why_not="a motor has no envelope")
            motor_usual = self.usual.of_motor(store.path.parent, view, self.component)
        elif picture is not None:
            marked = self._marked(store, view, picture, channel)
        then = None if self.then is None else store.drawn(view.assessment, self.then)
        gallery = None if self.album is None else self.album.gallery(store, view)
        return Evidence(gallery, view.picture_position, channel, marked, then, motor_usual)

    def _marked(self, store: "Store", view: View, picture: Picture, channel: int) -> Marking:
        envelope = np.zeros(0, np.float32)
        usual = None
        if channel <= len(picture.envelope):
            envelope = picture.envelope[channel - 1]
            own = view.assessment.channels[self.component].index(channel)
            low, high = picture.carriers[channel - 1].tolist()
            band = round(low / (high - low)) if high > low else 0
            usual = self.usual.of(store.path.parent, view, self.component, own, band)
        return marking(view.assessment.settings, self.component, envelope, picture.envelope_step, usual)


def is_motor(view: View, component: int) -> bool:
    """Return whether a component is a motor, by the settings that were stored."""
    parts = view.assessment.settings.parts
    return component < len(parts) and parts[component].kind == "motor"


class LinesLook(EvidenceLook):
    """The same without the pictures of the whole run: another look, since its result is not enough there."""


class UsualLines:
    """Strengths of fault lines on the baseline, from the bundle in use; each bundle is read once."""

    def __init__(self) -> None:
        """Start empty."""
        self._place: Path | None = None
        self._arrays: dict[str, NDArray[np.float32]] = {}

    def of(
        self, state: Path, view: View, component: int, channel: int, band: int
    ) -> NDArray[np.float32] | None:
        """Return natural logarithms (surfaces, lines); None if the bundle is not in the state folder.

        Args:
            state: the folder of the store.
            view: of the assessment.
            component: its index, from 0.
            channel: index among the component's channels, from 0.
            band: of the envelope.
        """
        centre = self._centre(state, view, component)
        if centre is None or centre.ndim < 2 or channel >= centre.shape[0] or band >= centre.shape[1]:
            return None
        return np.asarray(centre[channel, band], np.float32)

    def of_motor(self, state: Path, view: View, component: int) -> dict[str, float]:
        """Return the usual figures of a motor by name; none if the bundle is not in the state folder.

        Args:
            state: the folder of the store.
            view: of the assessment.
            component: its index, from 0.
        """
        centre = self._centre(state, view, component)
        if centre is None or centre.ndim != 1:
            return {}
        from engine.diagnosis.motor_reading import FIGURES

        known = zip(FIGURES, centre.astype(float).tolist(), strict=False)
        return {name: one for name, one in known if np.isfinite(one)}

    def _centre(self, state: Path, view: View, component: int) -> NDArray[np.float32] | None:
        """Return the usual values of a component's lines; None if the bundle is not in the state folder."""
        place = bundle_place(state, view.assessment.key)
        if place is None:
            return None
        if place != self._place:
            self._place, self._arrays = place, _lines_of(place)
        return self._arrays.get(f"lines.{component}.centre")


def _lines_of(place: Path) -> dict[str, NDArray[np.float32]]:
    try:
        with np.load(place / "arrays.npz", allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files if name.startswith("lines.")}
    except (OSError, ValueError, KeyError):
        # The screen shows that the usual values are missing; the engine checks its bundles itself.
        return {}
