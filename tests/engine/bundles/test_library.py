"""The bundles beside a store: several kept, one in use, altered ones refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.bundles.bundle import BundleError
from engine.bundles.library import Bundles, check_fit
from engine.config.settings import Settings, load_settings
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
    with pytest.raises(BundleError, match=rf"the bundle in use is not known; switch to one \({name}\)"):
        bundles.load()
    bundles.use(name)
    (marker,) = bundles.folder.glob("*.json")
    marker.write_text('{"bundle": ')
    with pytest.raises(BundleError, match=r"the bundle in use cannot be read .*; name one to switch to"):
        bundles.current()


def test_folder_that_is_not_there_holds_none(tmp_path: Path) -> None:
    assert Bundles(tmp_path / "nowhere", "press").names() == ()


def changed(rig: SmallRig, old: str, new: str, folder: Path) -> Settings:
    """Return the settings of the rig with one text replaced."""
    text = rig.config.read_text()
    assert old in text
    place = folder / "changed.toml"
    place.write_text(text.replace(old, new))
    return load_settings(place)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("channels = [1]", "channels = [1]\nsensitivity = 10.0", r"sensitivity of \S+ \[1.0\], .* \[10.0\]"),
        ('channels = [1]\nunit = "g"', 'channels = [1]\nunit = "m/s2"', r"unit of \S+ "),
        ("[model]", "[limits]\nquick = 0.9\n\n[model]", "limits.quick "),
    ],
)
def test_bundle_learned_in_other_units_or_for_other_averages_is_refused(
    small_rig: SmallRig, tmp_path: Path, old: str, new: str, what: str
) -> None:
    with pytest.raises(BundleError, match=f"the bundle was learned with {what}"):
        check_fit(small_rig.bundle, changed(small_rig, old, new, tmp_path))


def test_names_geometry_and_speed_may_change_under_a_bundle(small_rig: SmallRig, tmp_path: Path) -> None:
    check_fit(small_rig.bundle, small_rig.settings)
    check_fit(small_rig.bundle, changed(small_rig, 'name = "Left"', 'name = "West"', tmp_path))
    check_fit(replace(small_rig.bundle, settings={}), small_rig.settings)
