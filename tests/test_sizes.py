"""Modules and packages stay small enough to be read: what grows past a size is parted."""

from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PRODUCT = ("engine", "replay", "tui", "bench")

LONGEST = 400
"""Lines of a module, tests included."""

MOST_MODULES = 15
"""Modules of a package, without `__init__.py`."""


def test_no_module_is_longer_than_it_may_be() -> None:
    modules = (path for package in (*PRODUCT, "tests") for path in (ROOT / package).rglob("*.py"))
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in modules}
    assert len(lengths) > 100
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def test_no_package_has_more_modules_than_it_may_have() -> None:
    modules = (path for package in PRODUCT for path in (ROOT / package).rglob("*.py"))
    counts = Counter(path.parent for path in modules if path.name != "__init__.py")
    assert {folder: count for folder, count in counts.items() if count > MOST_MODULES} == {}
