"""A recording with a file for each channel is read without the channel whose file is missing."""

import gzip
import io
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from replay.recording import RecordingError, RecordingFormat
from replay.run import open_run

ROWS = 40
SIGNAL = np.random.default_rng(3).normal(size=(ROWS, 3)).round(3)


def text(channel: NDArray[np.float64]) -> bytes:
    return "".join(f"{value:.3f}\n" for value in channel).encode()


def wav(channel: NDArray[np.float64]) -> bytes:
    sink = io.BytesIO()
    with wave.open(sink, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(1000)
        file.writeframes((channel * 4000).astype("<i2").tobytes())
    return sink.getvalue()


@pytest.mark.parametrize("missing", [(), (2,), (3,), (2, 3), (1, 3)])
@pytest.mark.parametrize("pattern", ["", "_ch*."])
@pytest.mark.parametrize(
    ("content", "end"),
    [(text, "csv"), (wav, "wav"), (lambda channel: gzip.compress(text(channel)), "csv.gz")],
)
def test_a_channel_without_a_file_is_not_judged(
    missing: tuple[int, ...],
    pattern: str,
    content: Callable[[NDArray[np.float64]], bytes],
    end: str,
    tmp_path: Path,
) -> None:
    for channel in {1, 2, 3} - {*missing}:
        name = f"20240301_080000_ch{channel}.{end}"
        (tmp_path / name).write_bytes(content(SIGNAL[:, channel - 1]))
    form = RecordingFormat(
        "m",
        1000.0,
        3,
        ROWS,
        time_pattern=f"%Y%m%d_%H%M%S_ch1.{end}",
        separator="auto",
        channel_pattern=pattern,
    )
    run = open_run(tmp_path, form)
    assert (len(run), run.rejected) == (1, ())
    is_there = np.isfinite(run.read(0).signal).all(axis=0)
    assert [*is_there] == [channel not in missing for channel in (1, 2, 3)]


def test_a_file_with_other_columns_than_channels_is_refused_for_its_columns(tmp_path: Path) -> None:
    (tmp_path / "20240301_080000_ch1.csv").write_text("0.1,0.2\n" * ROWS)
    form = RecordingFormat("m", 1000.0, 3, ROWS, time_pattern="%Y%m%d_%H%M%S_ch1.csv", separator="auto")
    with pytest.raises(RecordingError, match=r"2 columns .* where 3 are expected"):
        open_run(tmp_path, form).read(0)
