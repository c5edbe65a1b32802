"""Settings and data shared by all tests."""

from __future__ import annotations

import pytest
import torch
from hypothesis import HealthCheck, settings

from moeviz.model import EXPERTS, GATES, SCORES

settings.register_profile(
    "moeviz",
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.load_profile("moeviz")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `score`, `gate` or `expert` once for every registered one."""
    for name, registry in (("score", SCORES), ("gate", GATES), ("expert", EXPERTS)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, list(registry))


@pytest.fixture
def rng() -> torch.Generator:
    return torch.Generator().manual_seed(20240)
