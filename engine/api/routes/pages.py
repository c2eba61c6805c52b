"""The pages: the console, and one to upload a recording. Every file of them comes from this package."""

from importlib import resources

from fastapi import APIRouter
from fastapi.responses import Response

from engine.api.faults import FaultError

router = APIRouter(include_in_schema=False)

POLICY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self';"
        " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
"""The terminal of the page writes styles of its own; everything else comes from this service alone."""

TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css", "txt": "text/plain"}

FILES = frozenset(
    {
        "console.js",
        "upload.js",
        "page.css",
        "xterm.js",
        "xterm.css",
        "addon-fit.js",
        "licences.txt",
    }
)
"""The only files that a request can name."""


@router.get("/")
async def upload_page() -> Response:
    """Send the page that scores an uploaded recording."""
    return _file("upload.html")


@router.get("/console")
async def console_page() -> Response:
    """Send the page of the console."""
    return _file("console.html")


@router.get("/assets/{name}")
async def asset(name: str) -> Response:
    """Send a script, a style sheet or the licences."""
    if name not in FILES:
        raise FaultError(404, "no such file", "name")
    return _file(name)


def _file(name: str) -> Response:
    content = resources.files("engine.api").joinpath("assets", name).read_bytes()
    return Response(content, media_type=TYPES[name.rpartition(".")[2]], headers=POLICY)
