"""The bundles beside a store: several kept, one in use, altered ones refused."""

from pathlib import Path

import pytest

from engine.bundles.bundle import BundleError
from engine.bundles.library import Bundles
from tests.engine.rigs import SmallRig


@pytest.fixture
def bundles(small_rig: SmallRig, tmp_path: Path) -> Bundles:
    found = Bundles(tmp_path, "press")
    found.keep(small_rig.bundle)
    return found


def test_none_is_in_use_until_one_is_named_and_each_record_has_its_own(
    bundles: Bundles, small_rig: SmallRig, tmp_path: Path
) -> None:
    (name,) = bundles.names()
    assert bundles.current() is None
    bundles.use(name)
    assert bundles.current() == name
    assert bundles.load().digest() == small_rig.bundle.digest()
    other = Bundles(tmp_path, "lathe")
    assert other.names() == (name,)
    assert other.current() is None


def test_same_bundle_kept_again_is_the_same(bundles: Bundles, small_rig: SmallRig) -> None:
    assert (bundles.keep(small_rig.bundle),) == bundles.names()


@pytest.mark.parametrize("name", ["", ".", "..", "../bundles", ".draft-x", "/etc", "nothing"])
def test_name_that_is_none_of_a_bundle_here_is_refused(bundles: Bundles, name: str) -> None:
    bundles.use(bundles.names()[0])
    with pytest.raises(BundleError):
        bundles.load(name)


def test_marker_that_is_damaged_or_gone_is_a_sentence_and_not_a_guess(bundles: Bundles) -> None:
    (name,) = bundles.names()
    with pytest.raises(BundleError, match=rf"which bundle is in use; switch to one \({name}\)"):
        bundles.load()
    bundles.use(name)
    (marker,) = bundles.folder.glob("*.json")
    marker.write_text('{"bundle": ')
    with pytest.raises(BundleError, match=r"which bundle is in use cannot be read .*; name one to switch to"):
        bundles.current()


def test_folder_that_is_not_there_holds_none(tmp_path: Path) -> None:
    assert Bundles(tmp_path / "nowhere", "press").names() == ()
