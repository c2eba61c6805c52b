"""Absurd settings: each is refused at once in one sentence that names the key."""

import math
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from engine.baseline.learner import Learner
from engine.baseline.trainer import LearningError
from engine.config.channels import layout_of
from engine.config.layers import LARGEST_FILE
from engine.config.sections.core import ComponentSettings, MachineSettings
from engine.config.sections.recording import RecordingSettings
from engine.config.settings import Settings, SettingsError, load_settings
from engine.diagnosis.surface import Diagnostician
from engine.signals.velocity import VelocityMeter

HUGE = (10**12, 2**63, 10**400, 1e38, 1e300, math.inf, -(10**12), -1e300, -math.inf, math.nan)
SECONDS = 5.0
"""In which a refusal is given; each takes milliseconds on a quiet machine."""


def kinds_of(annotation: object) -> set[object]:
    """Yield the plain types within an annotation, also of lists, alternatives and annotated types."""
    if get_origin(annotation) is Annotated:
        return kinds_of(get_args(annotation)[0])
    within = get_args(annotation)
    return set().union(*map(kinds_of, within)) if within else {annotation}


def numbers() -> Iterator[str]:
    """Every key with a number, dotted."""
    for name, table in Settings.model_fields.items():
        model = ComponentSettings if name == "components" else table.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            for key, field in model.model_fields.items():
                if kinds_of(field.annotation) & {int, float}:
                    yield f"{table.alias or name}.{key}"


GEOMETRY = "rollers = 9\nroller_diameter = 8.0\npitch_diameter = 40.0\ncontact_angle = 0.0\n"


def settings_with(key: str, value: str) -> str:
    """Return a settings file with one number changed."""
    table, name = key.split(".")
    if table != "component":
        return f"[{table}]\n{name} = {value}\n"
    entry = f'[[component]]\nname = "A"\nchannels = [1]\n{GEOMETRY}'
    rest = "".join(line for line in entry.splitlines(keepends=True) if not line.startswith(f"{name} ="))
    return f"{rest}{name} = {f'[{value}]' if name in ('channels', 'sensitivity') else value}\n"


def refusal(path: Path) -> str:
    """Return the one-line error for an unusable file, without its path; fail if it takes too long."""
    began = time.monotonic()
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    assert time.monotonic() - began < SECONDS
    said = str(caught.value)
    assert len(said) < 500 + len(str(path))
    assert "\n" not in said
    return said.removeprefix(str(path))


@pytest.mark.parametrize("key", sorted(numbers()))
def test_every_number_has_a_lower_and_an_upper_bound(key: str, tmp_path: Path) -> None:
    for number in HUGE:
        text = f"{number:.0e}" if isinstance(number, float) and math.isfinite(number) else str(number)
        (tmp_path / "mine.toml").write_text(settings_with(key, text))
        assert key.split(".")[1] in refusal(tmp_path / "mine.toml")


def test_numbers_are_found_in_every_table() -> None:
    assert {"machine.sample_rate", "component.rollers", "alarms.severe", "store.minimum_free"} <= {*numbers()}
    assert len({*numbers()}) > 35


def bounds(model: type[BaseModel], key: str) -> tuple[Any, Any]:
    """Return the lowest and the highest value of a key."""
    marks = model.model_fields[key].metadata
    low = next(one.ge for one in marks if hasattr(one, "ge"))
    return low, next(one.le for one in marks if hasattr(one, "le"))


@given(
    rate=st.sampled_from(bounds(MachineSettings, "sample_rate")),
    speed=st.sampled_from([0.0, 0.1, 1e6]),
    mains=st.sampled_from([0.0, 1.0, 1000.0]),
    rows=st.sampled_from([*bounds(RecordingSettings, "rows"), 64, 100, 2048]),
    rollers=st.sampled_from([2, 1000]),
    diameters=st.sampled_from([(1e-6, 1e6), (1e-6, 2e-6), (9e5, 1e6)]),
    angle=st.sampled_from([0.0, 89.9]),
    model=st.sampled_from(["spectral", "dense", "vae"]),
)
def test_machine_at_its_bounds_is_analysed_or_refused_at_once(
    rate: float,
    speed: float,
    mains: float,
    rows: int,
    rollers: int,
    diameters: tuple[float, float],
    angle: float,
    model: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("settings") / "mine.toml"
    path.write_text(
        f"[machine]\nsample_rate = {rate}\nshaft_speed = {speed}\nmains_frequency = {mains}\n"
        f'[recording]\nrows = {rows}\n[model]\nname = "{model}"\n[[component]]\nname = "A"\nchannels = [1]\n'
        f"rollers = {rollers}\nroller_diameter = {diameters[0]}\npitch_diameter = {diameters[1]}\n"
        f"contact_angle = {angle}\n"
    )
    settings = load_settings(path)
    layout = layout_of(settings)
    began = time.monotonic()
    VelocityMeter(rate, rows, ("g",))
    diagnostician = Diagnostician(settings)
    # A recording may be too short for the model.
    with suppress(LearningError):
        Learner(settings, layout, diagnostician)
    assert time.monotonic() - began < SECONDS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[recording]\nrows = 10000000\ncolumns = 1000\n", "rows is 10000000, and times 1000 columns"),
        ("[recording]\nseparator = '5'\n", "recording.separator must be one character that no number holds"),
        ("[recording]\ntime_pattern = '%Y%Y%m%d%H%M'\n", "recording.time_pattern is not a pattern"),
        (f"[recording]\ntime_pattern = '{'%Y' * 5000}'\n", "time_pattern must be text of at most 100"),
        (f"[recording]\ntimezone = '{'../' * 5000}'\n", "recording.timezone must be text of at most 100"),
        (f"[machine]\nname = '{'a' * 100_000}'\n", "machine.name must be text of at most 100 characters"),
        (f"[advice]\nlimit = '{'a' * 100_000}'\n", "advice.limit must be text of at most 1000 characters"),
        (f"[model]\nhealthy = '{'9' * 200}'\n", "model.healthy must be"),
        ("[model]\nhealthy = '99999999999'\n", "model.healthy must be a number of snapshots"),
        ("[model]\nhealthy = 99999999999\n", "model.healthy must be a number of snapshots"),
        ("[model]\nhealthy = '0001-01-01T00:00+14:00..2004-01-01'\n", "is not an ISO time such as"),
        ("[alarms]\non_ring = ['a'" + ", 'a'" * 200 + "]\n", "alarms.on_ring has more than 100 entries"),
        (f"[model]\nseed = {'9' * 5000}\n", "line 2: seed must be a number of less than a thousand digits"),
        (f"[model]\nseed = 0x{'f' * 20_000}\n", "model.seed must be less than 4294967296"),
        (f"[model]\n{'s' * 100_000} = 1\n", "is not a setting"),
        (f"[model]\nx = {'[' * 50_000}\n", "nested too deeply"),
        (f"[model]\nx = {'{a=' * 50_000}\n", "nested too deeply"),
        (f"{'a.' * 100_000}a = 1\n", "line 1: a name of more than 30 parts is not a setting"),
        (f"[{'a.' * 50_000}a]\n" + "b = 1\n" * 5000, "line 1: a name of more than 30 parts is not a setting"),
        (f"x = {{{'a.' * 50_000}a = 1}}\n", "line 1: a name of more than 30 parts is not a setting"),
        ("x = {" + "'a' . " * 30_000 + "a = 1}\n", "line 1: a name of more than 30 parts is not a setting"),
        ("[[component]]\nname = 'A'\nchannels = [1]\n" * 5000, "component has more than 256 entries"),
        (f"[[component]]\nname = 'A'\nchannels = [{'1, ' * 50_000}]\n", "component 1 has more than"),
        ("[keys]\n" + "".join(f"k{n} = 'a'\n" for n in range(500)), "keys has more than 200 entries"),
        ("x = 1\n" * (LARGEST_FILE // 6 + 1), f"is larger than {LARGEST_FILE} bytes"),
        ("[store]\nstate = '~nobody-of-this-name/state'\n", "store.state names no folder"),
        ("[watch]\nquarantine = '~nobody-of-this-name/x'\n", "watch.quarantine names no folder"),
    ],
    ids=range(27),
)
def test_endless_settings_are_refused_at_once(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(text)
    assert said in refusal(tmp_path / "mine.toml")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/full", "/dev/null", "/dev/urandom"])
def test_device_is_no_settings_file(device: str) -> None:
    assert refusal(Path(device)) == ": is not a regular file, so not a settings file."


def test_pipe_without_a_writer_is_no_settings_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe") == ": is not a regular file, so not a settings file."


def test_endless_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "mine.toml").open("wb") as file:
        file.truncate(2**40)
    assert "is larger than" in refusal(tmp_path / "mine.toml")


def test_path_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    assert "cannot be read as settings" in refusal(tmp_path / "a\0b")
    assert "cannot be read as settings" in str(refusal(tmp_path / ("a" * 300)))


@given(data=st.binary(max_size=200))
def test_any_bytes_are_settings_or_a_sentence(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(data)
    # Any other exception fails the test.
    with suppress(SettingsError):
        load_settings(path)
