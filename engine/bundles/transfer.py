"""Copies the bundles of one store to another, which may lie in a database."""

from collections.abc import Iterable
from pathlib import Path

from engine.bundles.library import Bundles

ANY = "any"
"""Stands for the key of a record where all bundles of a store are meant."""


def copy_bundles(source: Path, target: Path) -> int:
    """Copy all bundles of a state folder to another; return how many there are.

    Raises:
        BundleError: one of them is damaged.
        OSError: the disk failed.
    """
    here, there = Bundles(source, ANY), Bundles(target, ANY)
    names = here.names()
    for name in names:
        if name not in there.names():
            there.keep(here.load(name))
    return len(names)


def use_same(source: Path, target: Path, records: Iterable[tuple[str, str]]) -> None:
    """Let each record use the bundle that it uses in the source.

    Args:
        source: a state folder.
        target: another one, with copies of the bundles.
        records: the key and the machine of each record.
    """
    for key, machine in records:
        name = Bundles(source, key).current()
        if name is not None:
            Bundles(target, key).use(name, machine)
