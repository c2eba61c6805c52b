"""Bundles in memory: a bundle that many machines use is loaded once, as long as one of them uses it."""

import os
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.bundles.bundle import Bundle

Stamps = tuple[tuple[str, int, int, int, int], ...]
"""Each file: name, inode, size [bytes], times of the last change of content and of its entry [ns]."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    stamps: Stamps
    bundle: weakref.ref[Bundle]


_loaded: dict[Path, _Loaded] = {}
_loading: dict[Path, threading.Lock] = {}
_lock = threading.Lock()
"""Guards both tables. No file is read under it: a place that hangs must stop its users alone."""


def load_shared(place: Path, load: Callable[[Path], Bundle]) -> Bundle:
    """Load a bundle, or return the one that was loaded from the same files and is still in use.

    Args:
        place: a folder, or a packed bundle.
        load: loads and checks it.

    Raises:
        BundleError: it cannot be loaded.
    """
    place = place.absolute()
    with _lock:
        turn = _loading.setdefault(place, threading.Lock())
    with turn:
        # Before the files are read: one that changes meanwhile has other stamps at the next look.
        stamps = _stamps(place)
        known = _loaded.get(place)
        found = known.bundle() if known is not None and stamps and known.stamps == stamps else None
        if found is None:
            found = load(place)
            _keep(place, stamps, found)
        return found


def note_saved(place: Path, bundle: Bundle) -> None:
    """Note that a folder was just written from a bundle in memory."""
    place = place.absolute()
    _keep(place, _stamps(place), bundle)


def _keep(place: Path, stamps: Stamps, bundle: Bundle) -> None:
    with _lock:
        for other in [one for one, loaded in _loaded.items() if loaded.bundle() is None]:
            del _loaded[other]
            if other != place and not _loading.get(other, _lock).locked():
                _loading.pop(other, None)
        _loaded[place] = _Loaded(stamps, weakref.ref(bundle))


def _stamps(place: Path) -> Stamps:
    """Return the stamps of the files of a bundle; none where they cannot be looked at."""
    try:
        if not place.is_dir():
            return (_stamp(place.name, place.stat()),)
        with os.scandir(place) as entries:
            return tuple(sorted(_stamp(entry.name, entry.stat()) for entry in entries))
    except OSError:
        return ()


def _stamp(name: str, found: os.stat_result) -> tuple[str, int, int, int, int]:
    return (name, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
