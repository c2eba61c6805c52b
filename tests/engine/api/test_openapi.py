"""The description of the interface holds for random requests: no 5xx, no answer that it does not name."""

import contextlib
import inspect
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

pytest.importorskip("fastapi", reason="needs the extra raceway[serve]")

from fastapi.routing import APIRoute

from engine.api.app import ServeOptions, create_app
from engine.api.routes import inference, machines, scores
from engine.api.scoring import BundleScorer

EXAMPLES = 12
"""Random requests of each path and method."""


@contextlib.contextmanager
def served(options: ServeOptions) -> Iterator[str]:
    """Serve on a free port of loopback; yield the address."""
    uvicorn = pytest.importorskip("uvicorn", reason="needs the extra raceway[serve]")
    with socket.create_server(("127.0.0.1", 0)) as port:
        server = uvicorn.Server(uvicorn.Config(create_app(options), log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [port]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{port.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def test_random_requests_get_documented_answers(state: Path, scorer: BundleScorer) -> None:
    # Imported late: every test process collects this file, one runs it.
    schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis")
    named = pytest.importorskip("schemathesis.specs.openapi.checks")
    # A request of the right form may still be refused: with rows too few for a window, for example.
    checks = (
        pytest.importorskip("schemathesis.checks").not_a_server_error,
        named.status_code_conformance,
        named.content_type_conformance,
        named.response_schema_conformance,
    )
    with served(ServeOptions(state, scorer, None, per_second=1e9)) as address:
        schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
        operations = [found.ok() for found in schema.get_all_operations()]
        assert len(operations) > 20
        for operation in operations:
            # A stream never ends.
            if operation.path.endswith("/stream"):
                continue

            @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
            @given(case=operation.as_strategy())
            def check(case: Any) -> None:
                case.call_and_validate(checks=checks)

            check()


def test_every_body_and_every_scoring_answer_has_an_example(state: Path, scorer: BundleScorer) -> None:
    description = create_app(ServeOptions(state, scorer, None)).openapi()
    for path in ("/predict", "/v1/score", "/v2/models/{name}/infer"):
        post = description["paths"][path]["post"]
        for content in (post["requestBody"]["content"], post["responses"]["200"]["content"]):
            assert content["application/json"]["example"], path
    assert "text/plain" in description["paths"]["/metrics"]["get"]["responses"]["200"]["content"]
    assert "429" in description["paths"]["/ping"]["get"]["responses"]


def test_every_path_is_explained_on_the_page_of_the_interface() -> None:
    page = (Path(__file__).parents[3] / "docs" / "serving.md").read_text()
    paths = [path for path in create_app(ServeOptions(None, None, None)).openapi()["paths"] if path != "/"]
    ends = {path: [part for part in path.split("/") if part and not part.startswith("{")] for path in paths}
    assert len(paths) > 20
    assert [path for path in paths if not re.search(rf"/{re.escape(ends[path][-1])}\b", page)] == []


def test_no_request_waits_for_a_thread_of_the_framework() -> None:
    # A plain function would run in a thread of its own, three times for each request that scores.
    found = {
        dependency.call
        for router in (scores.router, machines.router, inference.router)
        for route in router.routes
        if isinstance(route, APIRoute)
        for dependency in (route.dependant, *route.dependant.dependencies)
    }
    assert len(found) > 25
    assert [one for one in found if not inspect.iscoroutinefunction(one)] == []
