"""A small real study, computed once for all tests of this folder."""

from __future__ import annotations

import json
from typing import Any

import pytest

from moeviz.charts.printed import printed
from moeviz.study import PRESETS, Result, Specification, assemble, run_block, split

FIELDS = {"sizes": (300, 1000, 3000), "replicates": 4, "candidates": 4}


@pytest.fixture(scope="session")
def spec() -> Specification:
    return PRESETS["cosine-exact"].build(FIELDS)


@pytest.fixture(scope="session")
def results(spec: Specification) -> dict[str, Any]:
    return {block.id: run_block(spec, block) for block in split(spec)}


@pytest.fixture(scope="session")
def result(spec: Specification, results: dict[str, Any]) -> Result:
    return assemble(spec, results, 1.5, "cpu")


@pytest.fixture(scope="session")
def classes() -> Result:
    """A small study of classes by two estimators and two routers, with likelihoods."""
    small = {"sizes": (300, 1000), "replicates": 2, "candidates": 2, "losses": ("paper",)}
    spec = PRESETS["multinomial-exact"].build({**small, "estimators": ("converged", "em")})
    return assemble(spec, {b.id: run_block(spec, b) for b in split(spec)}, 1.0, "cpu")


@pytest.fixture(scope="session")
def empty(spec: Specification) -> Result:
    return assemble(spec, {}, 0.0, "cpu")


@pytest.fixture(scope="session")
def gapped(spec: Specification, results: dict[str, Any]) -> Result:
    """The study with the middle size of its first router missing."""
    kept = {key: value for key, value in results.items() if not key.startswith("fit0-n1000-")}
    return assemble(spec, kept, 1.0, "cpu")


@pytest.fixture(scope="session")
def reread(result: Result) -> Result:
    """The result after a trip through JSON, as the command line prints it."""
    return Result.from_json(json.loads(json.dumps(printed(result))))
