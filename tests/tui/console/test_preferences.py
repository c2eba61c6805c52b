"""What a console remembers of its last use."""

from dataclasses import replace
from pathlib import Path

import pytest

from tui.console.preferences import Left, keep, recall


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"machines": 3}', '{"machines": {"press 4": {"pace": "x", "screen": 7}}}']
)
def test_a_memory_that_makes_no_sense_is_no_memory(tmp_path: Path, content: str) -> None:
    path = tmp_path / "console.json"
    path.write_text(content)
    assert recall(path).get("press 4", Left()) == Left()


def test_a_memory_that_cannot_be_kept_keeps_nobody_from_leaving(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    keep(tmp_path / "file" / "console.json", "press 4", Left())
    assert recall(tmp_path / "file" / "console.json") == {}
    odd = replace(Left(), listing="nonsense", priority="loud")
    assert odd.alarm_filter == Left().alarm_filter
