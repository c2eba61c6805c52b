"""`raceway report`: one file that needs nothing else, the same bytes for the same facts, or one sentence."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.alarms.alarm import fold_alarms
from engine.operator.alarm_actions import acknowledge, note
from engine.operator.operator import Act, Operator
from engine.store.store import Store
from tests.tui import synthetic
from tui.cli import app
from tui.commands.options import UNUSABLE

pytest.importorskip("matplotlib")
pytest.importorskip("jinja2")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LARGEST = 1_500_000
"""Bytes of a report."""


def run(state: Path, *words: object) -> Result:
    given = ["report", "--state", str(state), *map(str, words)]
    return CliRunner().invoke(app, given, catch_exceptions=False)


@pytest.fixture(scope="module")
def page(whole_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of a finished run."""
    out = tmp_path_factory.mktemp("report") / "report.html"
    done = run(whole_store, "--out", out)
    assert done.exit_code == 0, done.output
    return out


@pytest.fixture
def _weasyprint() -> None:
    """Skip a test that makes a PDF where the library or Pango is missing."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        pytest.skip("weasyprint or Pango is missing")


def test_the_page_answers_each_question_and_draws_the_evidence(page: Path) -> None:
    text = page.read_text()
    for heading in ("What", "What to do", "Since when", "How bad", "Why this component", "What was done"):
        assert f"<dt>{heading}</dt>" in text
    for name in ("trend", "spectrum", "envelope", "waterfall", "shares", "condition"):
        assert f'<figure id="{name}"' in text
    for heading in ("Alarms", "Data quality", "What the model learned from", "Versions"):
        assert f"<h2>{heading}</h2>" in text
    assert "Bearing 1 is above its limit (HIGH alarm)." in text


def test_the_page_needs_nothing_else(page: Path) -> None:
    text = page.read_text()
    assert len(text.encode()) < LARGEST
    assert "<script" not in text
    assert "@import" not in text
    referred = re.findall(r'(?:src|href)="([^"]*)"', text) + re.findall(r"url\(([^)]*)\)", text)
    assert referred
    assert all(one.startswith(("data:", "#")) for one in referred)


def test_what_the_page_refers_to_is_in_it_and_no_name_is_there_twice(page: Path) -> None:
    text = page.read_text()
    names = re.findall(r' id="([^"]+)"', text)
    assert len(names) == len(set(names))
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', text))
    assert used <= set(names)


def test_plots_follow_light_and_dark(page: Path) -> None:
    text = page.read_text()
    assert "prefers-color-scheme: dark" in text
    assert "var(--ink)" in text
    style, plots = text.split("</style>", 1)
    assert "--ink: #1f2328" in style
    assert "#1f2328" not in plots


def test_the_same_facts_give_the_same_bytes(whole_store: Path, page: Path, tmp_path: Path) -> None:
    assert run(whole_store, "--out", tmp_path / "again.html").exit_code == 0
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()


@pytest.mark.usefixtures("_weasyprint")
def test_a_folder_gets_both_kinds_and_the_pdf_is_equal_each_time(whole_store: Path, tmp_path: Path) -> None:
    assert run(whole_store, "--out", tmp_path / "both").exit_code == 0
    assert run(whole_store, "--out", tmp_path / "again.pdf").exit_code == 0
    assert sorted(one.name for one in (tmp_path / "both").iterdir()) == ["report.html", "report.pdf"]
    pdf = (tmp_path / "both" / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert pdf == (tmp_path / "again.pdf").read_bytes()


def test_nothing_after_the_instant_is_shown(whole_store: Path, tmp_path: Path) -> None:
    out = tmp_path / "early.html"
    assert run(whole_store, "--out", out, "--at", synthetic.RAISED - 1).exit_code == 0
    text = out.read_text()
    assert "No alarm is open" in text
    assert "No alarm was raised." in text
    assert "Bearing 1 is above" not in text


def test_a_span_limits_what_is_drawn(whole_store: Path, tmp_path: Path) -> None:
    out = tmp_path / "span.html"
    assert run(whole_store, "--out", out, "--from", 100, "--to", 110).exit_code == 0
    assert ">11</td>" in out.read_text()


def test_texts_of_operators_are_no_markup(own_store: Path, tmp_path: Path) -> None:
    with Store.open(own_store) as store:
        record = store.assessments()[-1]
        act = Act(Operator("<i>ann</i>"), "", synthetic.at(120), synthetic.WALL)
        (alarm, *_) = fold_alarms(store.events(record), synthetic.at(120))
        note(store, record, alarm, "<script>alert(1)</script> {{ 7 * 7 }}", act)
        acknowledge(store, record, alarm.ring, act)
    assert run(own_store, "--out", tmp_path / "a.html").exit_code == 0
    text = (tmp_path / "a.html").read_text()
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}" in text
    assert "&lt;i&gt;ann&lt;/i&gt; acknowledged it" in text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--alarm", "9999"), "there is no alarm '9999'"),
        (("--at", "soon"), "--at 'soon' is not an instant"),
        (("--from", "soon"), "--from 'soon' is not an instant"),
        (("--from", "110", "--to", "100"), "--to is before --from"),
        (("--from", "2030-01-01"), "no snapshot is judged from --from to --to"),
        (("--at", "1999-01-01"), "has learned nothing yet"),
        (("--machine", "nobody"), "the store holds no assessment of machine 'nobody'"),
    ],
)
def test_a_report_that_cannot_be_made_is_one_sentence_and_no_file(
    whole_store: Path, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = run(whole_store, "--out", tmp_path / "a.html", *words)
    assert done.exit_code == UNUSABLE
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("report.docx", "a file .html or .pdf"),
        ("missing/report.html", "there is no folder"),
        ("file/report", "there is no folder"),
        ("file", "this file is not a folder"),
    ],
)
def test_a_file_that_cannot_be_written_is_one_sentence(
    whole_store: Path, tmp_path: Path, name: str, sentence: str
) -> None:
    (tmp_path / "file").write_text("kept")
    done = run(whole_store, "--out", tmp_path / name)
    assert done.exit_code == UNUSABLE
    assert sentence in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "kept"


def test_a_disk_that_refuses_the_file_leaves_nothing(
    whole_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, content: str | bytes) -> None:
        raise OSError(28, "cannot be written (No space left on device)", str(path))

    monkeypatch.setattr("engine.reports.document.writing.write_whole", refuse)
    done = run(whole_store, "--out", tmp_path / "a.html", "--from", 130)
    assert done.exit_code == UNUSABLE
    assert "a.html: cannot be written (No space left on device)" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_empty_store_is_one_sentence(tmp_path: Path) -> None:
    with Store.open(tmp_path / "state", create=True):
        pass
    done = run(tmp_path / "state", "--out", tmp_path / "a.html")
    assert done.exit_code == UNUSABLE
    assert "the store holds no assessment yet" in done.stderr


def test_without_the_libraries_the_extra_is_named(
    whole_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = run(whole_store, "--out", tmp_path / "a.html")
    assert done.exit_code == UNUSABLE
    assert "pip install 'raceway[report]'" in done.stderr


def test_the_libraries_are_loaded_for_a_report_alone() -> None:
    code = (
        "import sys, tui.cli, tui.console.app, engine.live.watcher, engine.reports.document.contents\n"
        "import tui.commands.machines.report, engine.reports.document.writing\n"
        "print([one for one in ('matplotlib', 'jinja2', 'weasyprint', 'tensorflow') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed here")
@pytest.mark.parametrize("width", [390, 1200])
def test_a_browser_shows_the_page_without_an_error_or_a_request(
    page: Path, tmp_path: Path, width: int
) -> None:
    # The page's policy forbids every request: one that is tried is an error on the browser's console.
    assert CHROMIUM is not None
    done = subprocess.run(
        [
            CHROMIUM,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--enable-logging=stderr",
            f"--window-size={width},2000",
            f"--screenshot={tmp_path / 'shot.png'}",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (tmp_path / "shot.png").stat().st_size > 20_000, done.stderr
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []


def test_a_handover_is_written_as_a_page_that_needs_nothing_else(own_store: Path, tmp_path: Path) -> None:
    done = run(own_store, "--since", "30d", "--out", tmp_path / "shift.html")
    assert done.exit_code == 0, done.output
    text = (tmp_path / "shift.html").read_text()
    for heading in ("Active alarms", "Not watched, and why", "Rings", "Actions of operators"):
        assert f"<h2>{heading}</h2>" in text
    assert "HIGH    Bearing 1, outer race" in text
    assert "<script" not in text
    again = tmp_path / "again.html"
    run(own_store, "--since", "30d", "--out", again)
    assert again.read_text() == text


@pytest.mark.usefixtures("_weasyprint")
def test_a_folder_takes_a_handover_in_both_kinds(own_store: Path, tmp_path: Path) -> None:
    done = run(own_store, "--shift", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "handover.html").read_text().startswith("<!DOCTYPE html>")
    assert (tmp_path / "handover.pdf").read_bytes().startswith(b"%PDF")


def test_a_handover_is_text_json_or_a_file(own_store: Path, tmp_path: Path) -> None:
    for words in (("--json", "--out", tmp_path), ("--out", tmp_path / "shift.txt")):
        done = run(own_store, "--shift", *words)
        assert done.exit_code == UNUSABLE
        assert done.stderr.count("\n") == 1
