"""A number's function value does not depend on where the number lies, nor on the processor."""

from __future__ import annotations

import ast
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from moeviz.model.elementwise import log_sigmoid, power, sigmoid, softplus
from tests.support import normal

ROOT = Path(__file__).resolve().parents[2]

FUNCTIONS = {
    "sigmoid": sigmoid,
    "log_sigmoid": log_sigmoid,
    "softplus": softplus,
    "power": lambda t: power(t, 5),
    "exp": torch.exp,
    "log": lambda t: t.abs().log(),
    "log1p": lambda t: t.abs().log1p(),
    "tanh": torch.tanh,
    "ndtr": torch.special.ndtr,
    "sqrt": lambda t: t.abs().sqrt(),
    "rsqrt": lambda t: t.abs().rsqrt(),
    "reciprocal": torch.reciprocal,
    "quotient": lambda t: t / (t * t + 0.3),
    "logsumexp": lambda t: torch.stack([t, 0.5 * t]).logsumexp(0),
}
"""What models are made of, all at 0 nowhere."""

UNLIKE = {"sigmoid", "sigmoid_", "expit", "logsigmoid", "softplus", "softmax", "log_softmax"}
"""PyTorch's functions that are rounded in another way at the end of a vector."""


@pytest.mark.parametrize("name", list(FUNCTIONS))
def test_every_number_is_treated_alike(name, rng):
    """In a long vector, in short ones of every length, and next to others in memory."""
    function = FUNCTIONS[name]
    t = torch.cat([scale * normal(rng, 600) for scale in (0.1, 1.0, 5.0, 40.0)])
    t = t[torch.randperm(len(t), generator=rng)]
    whole = function(t)
    for length in (1, 3, 13):
        assert torch.equal(torch.cat([function(part) for part in t.split(length)]), whole)
    assert torch.equal(function(torch.stack([t, t], dim=1)[:, 0]), whole)
    assert torch.equal(function(torch.cat([t[:1], t])[1:]), whole)


def test_models_use_no_function_that_treats_numbers_differently():
    """A measure's weights may: they are read, never fitted. Compiled code has its own functions."""
    for folder in ("model", "estimate"):
        for path in (ROOT / "moeviz" / folder).rglob("*.py"):
            if path.name == "measure.py" or path.parent.name == "fused":
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    assert node.func.attr not in UNLIKE, f"{path}: {node.func.attr}"


FITS = [
    ("quadratic", "softmax", "categorical"),
    ("quadratic", "top-softmax", "categorical"),
    ("perturbed-cosine", "softmax", "gaussian"),
    ("linear", "sigmoid", "regression"),
]
"""Score, gate and output of fits, of each output one."""

SIMPLER = """
import torch
from tests.estimate import test_solver as solver
from tests.model import test_elementwise as here

for name in here.FUNCTIONS:
    here.test_every_number_is_treated_alike(name, torch.Generator().manual_seed(20240))
    print("alike")
for score, gate, output in here.FITS:
    rng = torch.Generator().manual_seed(20240)
    solver.test_a_fit_does_not_depend_on_its_batch_bit_for_bit(score, gate, "ffn", output, rng)
    print("independent")
"""
"""Tests of numbers and of fits, in a process that is started for them."""


@pytest.mark.few(2)
@pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"),
    reason="only on x86 processors can PyTorch be told to use fewer vector instructions",
)
@pytest.mark.parametrize("instructions", ["default", "avx2"])
def test_fits_are_independent_of_their_batch_on_simpler_processors(instructions):
    """In a process of its own with all its threads, which is told to use no wider vectors."""
    if torch.backends.cpu.get_cpu_capability() in ("DEFAULT", "NO AVX"):
        pytest.skip("this processor has no vector instructions that could be left out")
    found = subprocess.run(
        [sys.executable, "-c", SIMPLER],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "ATEN_CPU_CAPABILITY": instructions},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-3000:]
    assert found.stdout.split() == ["alike"] * len(FUNCTIONS) + ["independent"] * len(FITS)
