"""A service on the scored sample, in this process."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="needs the extra raceway[serve]")

from starlette.testclient import TestClient

from engine.api.app import ServeOptions, create_app
from engine.api.scoring import BundleScorer
from engine.bundles.bundle import Bundle
from engine.config.settings import load_settings

MACHINE = load_settings().machine.name


@pytest.fixture(scope="session")
def scorer(sample_bundle: Bundle) -> BundleScorer:
    return BundleScorer(sample_bundle, load_settings())


@pytest.fixture
def state(assessed_sample: Path, tmp_path: Path) -> Path:
    """Return a store of one's own."""
    return Path(shutil.copytree(assessed_sample, tmp_path / "state"))


@pytest.fixture
def client(state: Path, scorer: BundleScorer) -> Iterator[TestClient]:
    options = ServeOptions(state, scorer, None, version="1.2.3")
    with TestClient(create_app(options), base_url="http://localhost") as client:
        yield client


@pytest.fixture
def machine(client: TestClient) -> str:
    """Return the path of the machine of the sample."""
    (one,) = client.get("/v1/machines").json()
    return f"/v1/machines/{one['name']}"
