"""Settings and data shared by all tests."""

from __future__ import annotations

import pytest
import torch
from hypothesis import HealthCheck, settings

from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES
from tests.support import COMBINATIONS, DENSITIES, NORMALISED

settings.register_profile(
    "moeviz",
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.load_profile("moeviz")

VARIANTS = {
    "score": SCORES,
    "gate": GATES,
    "normalised_gate": NORMALISED,
    "expert": EXPERTS,
    "output": OUTPUTS,
    "density": DENSITIES,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for every registered variant that it asks for by an argument's name.

    A `normalised_gate` has weights that sum to 1; a `density` is an output with a
    likelihood. A `combination` names score, gate, expert and output.
    """
    for name, variants in VARIANTS.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, list(variants))
    if "combination" in metafunc.fixturenames:
        metafunc.parametrize("combination", COMBINATIONS, ids="+".join)


@pytest.fixture
def rng() -> torch.Generator:
    return torch.Generator().manual_seed(20240)
