"""Facts for the model screen: the bundle in use, the other bundles, and the pictures."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.bundles.manifest import BundleFacts, bundle_folders, bundle_place, read_facts
from replay.recording import clean_text
from tui.data.pictures import Album, Gallery
from tui.data.view import View

if TYPE_CHECKING:
    from engine.store.store import Store


@dataclass(frozen=True, slots=True, eq=False)
class ModelFacts:
    """The facts that were read. `unreadable` names folders without a readable manifest."""

    bundles: tuple[BundleFacts, ...]
    unreadable: tuple[str, ...]
    gallery: Gallery | None

    @property
    def current(self) -> BundleFacts | None:
        """Return the bundle in use, None if it is not beside the store."""
        return next((one for one in self.bundles if one.in_use), None)


@dataclass(frozen=True)
class ModelLook:
    """Reads the facts of the model screen."""

    album: Album = field(compare=False, hash=False)

    def __call__(self, store: "Store", view: View) -> ModelFacts:
        """Read the folder of bundles and the pictures."""
        state = store.path.parent
        used = bundle_place(state, view.assessment.key)
        found, unreadable = [], []
        for place in bundle_folders(state):
            facts = read_facts(place, in_use=place == used)
            if facts is None:
                unreadable.append(clean_text(place.name))
            else:
                found.append(facts)
        found.sort(key=lambda one: (one.start, one.name))
        return ModelFacts(tuple(found), tuple(unreadable), self.album.gallery(store, view))
