"""The bundles of a store, and the choice of the bundle in use by each assessment."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.bundles.bundle import MANIFEST, Bundle, BundleError, load_bundle
from engine.bundles.packed import pack_bundle, unpack_bundle
from engine.bundles.shared import load_shared, note_saved
from engine.config.settings import Settings
from engine.system.scratch import scratch
from engine.system.shelf import shelf_of
from engine.system.whole_file import write_whole
from replay.bounded_read import read_bounded

FOLDER = "bundles"
"""Subfolder of the state folder, with one folder for each bundle and one file for each assessment."""


LARGEST_MARKER = 100_000
"""Bytes of the file that names the bundle in use."""


class Bundles:
    """The bundles beside one store, for one assessment."""

    def __init__(self, state: Path, key: str) -> None:
        """Open the bundles of a state folder, for the assessment with this key."""
        self._state, self._key = state, key
        self.folder = state / FOLDER
        self._marker = self.folder / f"{key}.json"

    def current(self) -> str | None:
        """Return the name of the bundle in use, None before there is one.

        Raises:
            BundleError: its file exists and cannot be read.
        """
        shelf = shelf_of(self._state)
        if shelf is not None:
            return shelf.in_use(self._key)
        try:
            return str(json.loads(read_bounded(self._marker, LARGEST_MARKER))["bundle"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BundleError(
                f"{self._marker}: the bundle in use cannot be read ({error}); name one to switch to"
            ) from error

    def names(self) -> tuple[str, ...]:
        """Return the names of the bundles, in alphabetical order."""
        shelf = shelf_of(self._state)
        if shelf is not None:
            return shelf.names()
        if not self.folder.is_dir():
            return ()
        found = (place.name for place in self.folder.iterdir() if (place / MANIFEST).is_file())
        return tuple(sorted(name for name in found if not name.startswith(".")))

    def load(self, name: str | None = None) -> Bundle:
        """Load a bundle of this store by its name, the one in use by default.

        Raises:
            BundleError: there is none, or it was altered.
        """
        if name is None:
            name = self.current()
        if name is None:
            there = ", ".join(self.names())
            raise BundleError(
                f"{self._marker}: is missing, so the bundle in use is not known; switch to one"
                f" ({there or 'there is none: learn one, and name it by --bundle'})"
            )
        if not name or name.startswith(".") or Path(name).name != name:
            raise BundleError(f"{self.folder}: holds no bundle called {name}")
        self._fetch(name)
        return load_shared(self.folder / name, load_bundle)

    def _fetch(self, name: str) -> None:
        """Unpack a bundle that another host put on the shelf."""
        shelf = shelf_of(self._state)
        if shelf is None or (self.folder / name / MANIFEST).is_file():
            return
        packed = shelf.get(name)
        if packed is not None:
            with scratch("raceway-bundle-") as place:
                file = place / "bundle.zip"
                file.write_bytes(packed)
                unpack_bundle(file, self.folder)

    def keep(self, bundle: Bundle) -> str:
        """Save a bundle beside the others, and return its name.

        Raises:
            OSError: the disk failed.
        """
        name = bundle.folder_name()
        is_new = not (self.folder / name).is_dir()
        place = bundle.save(self.folder)
        if is_new:
            note_saved(place, bundle)
        shelf = shelf_of(self._state)
        if shelf is not None and not shelf.has(name):
            with scratch("raceway-bundle-") as folder:
                pack_bundle(place, folder / "bundle.zip")
                shelf.put(place.name, (folder / "bundle.zip").read_bytes())
        return place.name

    def use(self, name: str, machine: str = "") -> None:
        """Store the name of the bundle in use from now on, whole or not at all.

        Args:
            name: of the bundle.
            machine: name of a watched machine: where its record is lost, the file still names it.

        Raises:
            OSError: the disk failed.
        """
        shelf = shelf_of(self._state)
        if shelf is not None:
            shelf.use(self._key, name)
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(
            self._marker,
            json.dumps({"bundle": name, **({"machine": machine} if machine else {})}),
            durable=True,
        )


def check_fit(bundle: Bundle, settings: Settings) -> None:
    """Reject a bundle that was learned on other recordings, in other units, or for other averages.

    Names, geometry and speed may differ: no score depends on them.

    Raises:
        BundleError: the differences, in one sentence.
    """
    for what, learned, here in (
        ("sample_rate", bundle.sample_rate, settings.machine.sample_rate),
        ("rows", bundle.rows, settings.recording.rows),
        ("columns", bundle.channels, settings.columns),
        ("components", bundle.calibration.limit.shape[1], len(settings.components)),
        *_learned_and_here(bundle.settings, settings),
    ):
        if learned != here:
            raise BundleError(
                f"the bundle was learned with {what} {learned}, the settings say {here};"
                " learn a bundle for this machine, or use the settings it was learned with"
            )


def _learned_and_here(
    learned: Mapping[str, object], settings: Settings
) -> Iterator[tuple[str, object, object]]:
    """Yield the settings that scores depend on: name, as learned, as set. An old bundle may lack some."""
    here = settings.plain()
    parts, own = learned.get("component"), here["component"]
    if isinstance(parts, list) and len(parts) == len(own):
        for part, now in zip(parts, own, strict=True):
            for key in ("channels", "unit", "sensitivity", "offset", "low", "high", "role"):
                if isinstance(part, Mapping) and key in part:
                    yield f"{key} of {now['name']}", list(part[key]), list(now[key])
    limits = learned.get("limits")
    for key in ("quick", "patient"):
        if isinstance(limits, Mapping) and key in limits:
            yield f"limits.{key}", limits[key], here["limits"][key]
