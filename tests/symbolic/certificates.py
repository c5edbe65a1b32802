"""Decided claims for tests, each once per run."""

from __future__ import annotations

from functools import cache
from typing import Any

from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.certificates.report import Test
from moeviz.symbolic.questions.claims import Verdict, decide

CLAIMS = list(CATALOGUE.claims)


@cache
def verdict(name: str) -> Verdict:
    """Return a claim's verdict."""
    return decide(CATALOGUE.claims[name])


def decided_tests(name: str) -> list[Test]:
    """Return a claim's tests, those of its repair too."""
    return [*verdict(name).tests, *verdict(name).repair]


def as_verdict(*certificates: dict[str, Any]) -> dict[str, Any]:
    """Return certificates as a verdict's JSON."""
    tests = [{"name": f"test {i}", "certificate": c} for i, c in enumerate(certificates)]
    return {"id": "T1", "tests": tests, "repair": None}
