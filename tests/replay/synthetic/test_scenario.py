"""Scenarios: shipped ones are valid, faults grow as stated, nonsense is refused in one sentence."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.synthetic.errors import ScenarioError
from replay.synthetic.scenario import Fault, load_scenario, shipped, summary


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_are_valid_and_say_what_they_are(name: str) -> None:
    assert load_scenario(name).recordings > 0
    assert len(summary(name)) > 20


def test_every_surface_and_every_trap_has_a_scenario() -> None:
    surfaces = {"outer-race", "inner-race", "rolling-element", "cage"}
    traps = {"healthy", "warm-up", "load-step", "cross-talk", "dead-sensor", "two-faults", "speed-change"}
    assert surfaces | traps | {"vae-design"} == set(shipped())


def test_the_published_amplitude_is_the_law_of_the_design() -> None:
    (fault,) = load_scenario("vae-design").fault
    assert fault.amplitude(69) == 0.0
    assert fault.amplitude(70) == pytest.approx(max(0.05, 33 * (1 / 30) ** 2))
    for index in (75, 84, 99):
        assert fault.amplitude(index) == pytest.approx(33 * ((index - 69) / 30) ** 2)


@given(
    law=st.sampled_from(["power", "exponential"]),
    exponent=st.floats(0.1, 5),
    over=st.integers(0, 50),
    onset=st.integers(0, 20),
)
def test_a_fault_never_shrinks_and_ends_at_its_size(law: str, exponent: float, over: int, onset: int) -> None:
    fault = Fault.model_validate(
        {
            "bearing": 1,
            "surface": "cage",
            "onset": onset,
            "size": 2.5,
            "over": over,
            "law": law,
            "exponent": exponent,
        }
    )
    sizes = [fault.amplitude(index) for index in range(100)]
    assert sizes[:onset] == [0.0] * onset
    assert all(later >= sooner for sooner, later in pairwise(sizes))
    assert sizes[-1] == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rows = 3", "rows: Input should be greater than or equal to 64"),
        ("noise = nan", "noise: Input should be a finite number"),
        ("nonsense = 1", "nonsense: Extra inputs are not permitted"),
        ("rows = [", "is not valid TOML"),
        ("start = 2025-01-06T00:00:00", "it needs a time zone"),
        ('[[fault]]\nbearing = 9\nsurface = "cage"\nonset = 1\nsize = 1.0', "there is no bearing 9"),
        ('[[fault]]\nbearing = 1\nsurface = "cage"\nonset = 900\nsize = 1.0', "lies behind the 200"),
        ('[[fault]]\nbearing = 1\nsurface = "lid"\nonset = 1\nsize = 1.0', "fault.0.surface"),
        (
            'sample_rate = 4000.0\n[[fault]]\nbearing = 1\nsurface = "cage"\nonset = 1\nsize = 1.0',
            "lies above half of sample_rate",
        ),
        ('[[sensor_fault]]\nchannel = 7\nkind = "dead"\nstart = 1', "there is no channel 7"),
    ],
)
def test_nonsense_is_one_sentence_with_file_and_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    assert said in str(caught.value)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value).replace(text, "")


def test_a_misspelt_name_gets_the_nearest_one() -> None:
    with pytest.raises(ScenarioError, match="did you mean outer-race"):
        load_scenario("outer-rase")


def test_a_file_that_never_ends_is_refused() -> None:
    with pytest.raises(ScenarioError, match="larger than"):
        load_scenario("/dev/zero")
