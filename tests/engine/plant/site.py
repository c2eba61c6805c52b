"""A plant of small rigs, for tests of its engine."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from engine.plant.plant import Plant
from engine.records.assessment import Assessment
from engine.records.intake import Outcome
from engine.store.shared import SharedStore
from engine.store.store import Store
from tests.engine.rigs import SmallRig, small_name

PATIENCE = 60.0
QUICK = "\n[watch]\nsettle = 0.0\nscan = 0.1\npolling = 'always'\n\n[store]\nminimum_free = 0\n"


@dataclass
class Site:
    """A plant of small rigs in one folder, and what its engine complains of."""

    rig: SmallRig
    place: Path
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.place / "rig.toml").write_text(self.rig.config.read_text() + QUICK)

    @property
    def file(self) -> Path:
        return self.place / "plant.toml"

    @property
    def state(self) -> Path:
        return self.place / "state"

    def describe(self, *names: str, bundles: dict[str, Path] | None = None) -> None:
        """Write plant.toml, and make the folders."""
        entries = []
        for name in names:
            (self.place / name).mkdir(exist_ok=True)
            bundle = (bundles or {}).get(name, self.rig.bundle_folder)
            entries.append(
                f'[[machine]]\nname = "{name}"\nfolder = "{name}"\nconfig = "rig.toml"\nbundle = "{bundle}"\n'
            )
        self.file.write_text("\n".join(entries))

    def put(self, name: str, positions: Sequence[int]) -> None:
        for one in map(small_name, positions):
            draft = self.place / name / f".{one}"
            shutil.copyfile(self.rig.run.folder / one, draft)
            draft.rename(self.place / name / one)

    @contextmanager
    def engine(self) -> Iterator[Plant]:
        """Run the plant in a thread; end it after the block."""
        stop = threading.Event()
        with SharedStore.open(self.state, create=True) as store:
            plant = Plant(self.file, store, complain=self.said.append, pause=0.1)
            thread = threading.Thread(target=plant.run, args=(stop,))
            thread.start()
            try:
                yield plant
            finally:
                stop.set()
                plant.wake()
                thread.join(PATIENCE)
            assert not thread.is_alive()

    def record(self, store: Store, name: str) -> Assessment | None:
        return next((one for one in store.assessments() if one.machine == name), None)

    def taken(self, store: Store, name: str) -> int:
        record = self.record(store, name)
        return 0 if record is None else store.intake_counts(record.machine_id)[Outcome.TAKEN]


def eventually(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.02)
