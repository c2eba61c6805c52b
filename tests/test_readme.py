"""The README says what the program does."""

from pathlib import Path

from engine.results import ALARMS, SCORES
from tui.actions import DEFAULT
from tui.keys import key_table

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_key_table_is_the_one_that_the_keys_make() -> None:
    assert f"<!-- keys -->\n{key_table(DEFAULT)}\n<!-- /keys -->" in README


def test_every_column_of_the_result_files_is_explained() -> None:
    results = README[README.index("## Result files") : README.index("## Your machine")]
    first_cells = [line.split("|")[1] for line in results.splitlines() if line.startswith("| ")]
    explained = {name.strip() for cell in first_cells for name in cell.split(",")}
    assert {*SCORES, *ALARMS} <= explained
