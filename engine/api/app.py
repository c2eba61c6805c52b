"""The application: its parts put together, and errors turned into one form of answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from engine.api.children.reporting import CommandOf, Reporter
from engine.api.children.terminals import ConsoleOptions, Terminals
from engine.api.facts import Facts
from engine.api.faults import FaultError
from engine.api.gate import Gate, Rates
from engine.api.pool import Pool
from engine.api.routes import console, inference, machines, pages, scores
from engine.api.scoring import BundleScorer
from engine.api.tokens import Tokens

LARGEST_BODY = 64 * 2**20
"""Bytes of a body at most; a snapshot of 8 channels as JSON has some 4 MB."""

TITLE = "Raceway"


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """The offer of a service.

    Attributes:
        state: folder of the store; None without one: then nothing is known of machines.
        scorer: of the bundle; None without one: then nothing is scored.
        tokens: known tokens; None where everybody on loopback may do everything.
        largest_body: bytes.
        threads: that score.
        per_second: requests of one address in the long run.
        version: of Raceway.
        console: of the console in a browser; None without it.
        report: returns the command line that writes a report; None without it.
    """

    state: Path | None
    scorer: BundleScorer | None
    tokens: Tokens | None
    largest_body: int = LARGEST_BODY
    threads: int = 2
    per_second: float = 1000.0
    version: str = "0"
    console: ConsoleOptions | None = None
    report: CommandOf | None = None


def create_app(options: ServeOptions) -> FastAPI:
    """Return the application. It starts no process and opens no port."""
    facts = Facts(options.state) if options.state is not None else None
    pool = Pool(options.threads)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        pool.close()
        if facts is not None:
            facts.close()

    app = FastAPI(
        title=TITLE,
        version=options.version,
        summary="Condition monitoring of rotating machines: scores recordings, and reads a store.",
        lifespan=lifespan,
        # The pages of these load scripts from outside.
        docs_url=None,
        redoc_url=None,
    )
    app.state.facts, app.state.pool, app.state.scorer = facts, pool, options.scorer
    app.include_router(scores.router)
    app.include_router(machines.router)
    app.state.tokens = options.tokens
    app.state.terminals = Terminals(options.console) if options.console is not None else None
    app.state.reporter = Reporter(options.report) if options.report is not None else None
    app.include_router(inference.router)
    app.include_router(console.router)
    app.include_router(pages.router)
    app.add_exception_handler(FaultError, _on_fault)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    rates = Rates(options.per_second, 2 * options.per_second)
    app.add_middleware(Gate, tokens=options.tokens, largest=options.largest_body, rates=rates)
    return app


async def _on_fault(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, FaultError)
    headers = {"Retry-After": "1"} if fault.status in (429, 503) else None
    return JSONResponse(fault.plain(), fault.status, headers)


async def _on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    return JSONResponse({"success": False, "error": str(first["msg"]), "field": field}, 422)


async def _on_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    plain = {"success": False, "error": str(error.detail), "field": ""}
    return JSONResponse(plain, error.status_code, error.headers)
