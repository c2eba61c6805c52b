"""Writes a report as HTML or PDF: whole or not at all, with equal bytes for equal facts."""

import hashlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

from engine.reports.document.contents import Contents, ReportError
from engine.system.whole_file import write_whole

KINDS = (".html", ".htm", ".pdf")

EXTRA = "a report needs the libraries of the extra `report`: pip install 'raceway[report]'"

EPOCH = "1072915200"
"""2004-01-01 as the time of everything inside a PDF: a file must not tell when it was made."""


def check_extra() -> None:
    """Look for the libraries of the extra.

    Raises:
        ReportError: one is missing.
    """
    try:
        import jinja2  # noqa: F401
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ReportError(EXTRA) from error


def files_of(out: Path, stem: str = "report") -> tuple[Path, ...]:
    """Return the files that a report is written to: the file itself, or both kinds in a folder.

    Args:
        out: a file .html or .pdf, or a folder.
        stem: name of the files in a folder.

    Raises:
        ReportError: the file is of another kind, or its folder is not there.
    """
    if out.is_dir() or not out.suffix:
        if out.exists() and not out.is_dir():
            raise ReportError(
                f"{out}: this file is not a folder; name a file .html or .pdf, or a folder for both"
            )
        if not out.parent.is_dir():
            raise ReportError(f"{out}: there is no folder {out.parent}")
        return (out / f"{stem}.html", out / f"{stem}.pdf")
    if out.suffix.lower() not in KINDS:
        raise ReportError(f"{out}: a report is a file .html or .pdf, or a folder for both")
    if not out.parent.is_dir():
        raise ReportError(f"{out}: there is no folder {out.parent}")
    return (out,)


def write_report(contents: Contents, out: Path) -> tuple[Path, ...]:
    """Write a report and return its files.

    Args:
        contents: the facts.
        out: a file .html or .pdf, or a folder.

    Raises:
        ReportError: a library is missing, or the file cannot be written.
    """
    check_extra()
    from engine.reports.document.page import html_of
    from engine.reports.document.plots import plots_of

    files_of(out)
    plots = plots_of(contents)
    return write_files(out, "report", lambda adapts: html_of(contents, plots, adapts=adapts))


def write_files(out: Path, stem: str, page: Callable[[bool], str]) -> tuple[Path, ...]:
    """Write a page as HTML, PDF or both, and return its files.

    Args:
        out: a file .html or .pdf, or a folder.
        stem: name of the files in a folder.
        page: returns the HTML text, for a screen (True) or for paper (False).

    Raises:
        ReportError: a library is missing, or the file cannot be written.
    """
    files = files_of(out, stem)
    made: list[tuple[Path, str | bytes]] = []
    for file in files:
        paper = file.suffix.lower() == ".pdf"
        made.append((file, pdf_of(page(False)) if paper else page(True)))
    try:
        if len(files) > 1:
            out.mkdir(parents=True, exist_ok=True)
        for file, content in made:
            write_whole(file, content)
    except OSError as error:
        raise ReportError(f"{error.filename or out}: {error.strerror or error}") from error
    return files


def pdf_of(html: str) -> bytes:
    """Return an HTML text as a PDF; the bytes depend on the text alone.

    Raises:
        ReportError: weasyprint or a library of the system that it needs is missing.
    """
    os.environ["SOURCE_DATE_EPOCH"] = EPOCH
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        # weasyprint looks for Pango and its kin of the system when it is imported.
        raise ReportError(f"a PDF needs weasyprint and Pango: {EXTRA} ({error})") from error
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    identifier = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
    pdf = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=["data"])).write_pdf(
        pdf_identifier=identifier
    )
    assert isinstance(pdf, bytes)
    return pdf
