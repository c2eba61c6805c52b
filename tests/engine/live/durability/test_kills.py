"""A short form of `make torture`: feeds a machine while killing its engines and operators."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from bench.torture.kills import killing
from bench.torture.rig import Ground, Recording
from tests.engine.rigs import SMALL_CONFIG, SMALL_ROWS, SmallRig, noise, ringing, text_of

CYCLES = 12
PATTERN = "%Y%m%dT%H%M%S"
CONFIG = (
    SMALL_CONFIG.replace("%S.csv", "%S")
    + """
[watch]
settle = 0.2
patience = 2.0
scan = 0.2
"""
)


def recordings() -> Iterator[Recording]:
    """Yield recordings of the small rig after its baseline: six healthy, six with the defect, and so on."""
    dice = np.random.default_rng(20250401)
    for position in range(1000):
        signal = noise(dice, SMALL_ROWS, 2)
        if position // 6 % 2:
            signal[:, 1] += ringing(SMALL_ROWS, 173, 6.0)
        at = datetime(2025, 4, 1, tzinfo=UTC) + timedelta(minutes=position)
        yield f"{at:{PATTERN}}", text_of(signal, ",")


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes as POSIX does")
def test_nothing_is_lost_when_engines_and_operators_are_killed_over_a_machine_that_is_fed(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    config = tmp_path / "rig.toml"
    config.write_text(CONFIG)
    ground = Ground(config, small_rig.bundle_folder)
    found = killing(tmp_path, ground, recordings(), CYCLES, life=1.0, gap=(0.05, 0.15), screens=False)
    assert found.wrong == ()
    assert f"{CYCLES} engines" in found.done
