"""Evidence for the bearing screen: pictures of the whole run, and fault lines."""

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

    `then` is the picture of the snapshot that is compared, None for none.
    """

    gallery: Gallery | None
    position: int | None
    channel: int
    marked: Marking
    then: Picture | None = None


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
        if picture is not None:
            marked = self._marked(store, view, picture, channel)
        then = None if self.then is None else store.drawn(view.assessment, self.then)
        gallery = None if self.album is None else self.album.gallery(store, view)
        return Evidence(gallery, view.picture_position, channel, marked, then)

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
        place = bundle_place(state, view.assessment.key)
        if place is None:
            return None
        if place != self._place:
            self._place, self._arrays = place, _lines_of(place)
        centre = self._arrays.get(f"lines.{component}.centre")
        if centre is None or channel >= centre.shape[0] or band >= centre.shape[1]:
            return None
        return np.asarray(centre[channel, band], np.float32)


def _lines_of(place: Path) -> dict[str, NDArray[np.float32]]:
    try:
        with np.load(place / "arrays.npz", allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files if name.startswith("lines.")}
    except (OSError, ValueError, KeyError):
        # The screen shows that the usual values are missing; the engine checks its bundles itself.
        return {}
