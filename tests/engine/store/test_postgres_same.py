"""The tests of the store hold in PostgreSQL too: the same tests, with a store in a database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.store import Store
from tests.engine.postgres_server import adoptable
from tests.engine.reports import test_store_export
from tests.engine.store import test_ledger, test_overviews, test_store

pytestmark = pytest.mark.xdist_group("postgres")

OF_A_FILE = {
    "test_damaged_end_of_a_record_is_named_and_hides_no_other",
    "test_list_of_machines_reads_no_table_from_end_to_end",
    "test_commits_survive_a_power_cut_by_journal_and_full_synchronisation",
    "test_database_of_something_else_is_not_a_store",
    "test_file_that_is_no_database_is_refused_and_left_alone",
    "test_folder_that_cannot_be_made_is_one_sentence",
    "test_only_the_owner_may_read_a_store_and_its_folder",
    "test_opening_a_store_writes_nothing_so_that_a_full_disk_does_not_forbid_it",
    "test_snapshot_is_taken_in_once_however_many_assessments_look_at_it",
    "test_store_of_another_schema_version_is_refused_with_both_versions",
    "test_store_that_is_not_there_is_not_made_by_looking",
    "test_what_is_asked_every_second_is_found_by_an_index_in_order",
}
"""Tests that look into SQLite's file, or at the folder of a store that has one."""


@pytest.fixture
def state(emptied: Path) -> Path:
    return emptied


@pytest.fixture
def store(emptied: Path) -> Iterator[Store]:
    with Store.open(emptied, create=True) as opened:
        yield opened


for one in (test_store, test_ledger, test_overviews, test_store_export):
    globals().update(adoptable(one, without=OF_A_FILE))
