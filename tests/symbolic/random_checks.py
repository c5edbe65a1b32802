"""Random composed checks, and whether verdict, script and spot check contradict each other."""

from __future__ import annotations

import contextlib
import json
import math
import random
import re
from dataclasses import dataclass
from typing import Any

from moeviz.errors import MoevizError
from moeviz.symbolic.certificates.report import Test
from moeviz.symbolic.certificates.script import certificates_of
from moeviz.symbolic.certificates.standalone.main import reproduce
from moeviz.symbolic.kernel.family import Family
from moeviz.symbolic.questions.spot import determinant_spot, spots_of
from moeviz.symbolic.request.answer import verdict_of
from moeviz.symbolic.request.compose import parameter_names
from moeviz.symbolic.request.selection import CHECK_FIELDS, POINTS, TESTS

LIMIT = 10.0
"""Seconds of each test."""

NUMBERS = ("2", "3", "1/2", "1/3", "1/5", "3/4", "-1", "-2", "5/2")
SMOOTH = ("exp", "sin", "cos", "tanh", "sigmoid", "softplus", "gelu")
ROUGH = ("relu", "abs", "relu", "log", "sqrt")


def formula(rng: random.Random, names: tuple[str, ...], depth: int) -> str:
    """Return a random formula of the language in some names."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(names) if rng.random() < 0.8 else rng.choice(NUMBERS[:7])
    inner = lambda: formula(rng, names, depth - 1)  # noqa: E731
    kind = rng.random()
    if kind < 0.45:
        return f"{rng.choice(SMOOTH if rng.random() < 0.6 else ROUGH)}({inner()})"
    if kind < 0.65:
        return f"({inner()} {rng.choice('+-')} {inner()})"
    if kind < 0.85:
        return f"{rng.choice(NUMBERS)}*{inner()}"
    if kind < 0.93:
        return f"({inner()})*({inner()})"
    if kind < 0.97:
        return f"({inner()})^{rng.choice((2, 3))}"
    return f"1/({inner()})"


def expert_formula(rng: random.Random) -> str:
    """Return a random expert, which names its predictor."""
    text = formula(rng, ("t",), rng.choice((1, 2, 2, 3)))
    if "t" not in re.findall(r"[a-z]\w*", text):
        text = f"t + {text}"
    return f"s1*({text})" if rng.random() < 0.2 else text


def score_formula(rng: random.Random, dimension: int) -> str:
    """Return a random score of one gate parameter for each input."""
    terms = [
        f"b{i}*({formula(rng, (f'x{i}',), rng.choice((0, 1, 2)))})" for i in range(1, dimension + 1)
    ]
    text = " + ".join(t if "x" in t.replace("exp", "") else f"{t}*x1" for t in terms)
    return f"tanh({text})" if rng.random() < 0.15 else text


def coefficient(rng: random.Random, names: list[str], dimension: int) -> str:
    """Return a random coefficient of a typed relation."""
    known = (*names, *(f"x{i}" for i in range(1, dimension + 1)))
    return rng.choice(
        (
            "1",
            "-1",
            "2",
            "x1",
            "-x1",
            rng.choice(known),
            formula(rng, known, 1),
            formula(rng, known, 2),
        )
    )


def relation(rng: random.Random, selection: dict[str, Any]) -> str:
    """Return a random relation: one that often holds, or one that hardly ever does."""
    names = list(parameter_names(selection))
    marks = parameter_names(selection)
    by = {mark: name for name, mark in marks.items()}
    slopes = [n for n, m in marks.items() if m == "a" or m.startswith("a^")]
    slope, intercept = (slopes or [names[-1]])[0], by.get("b", names[-1])
    offset = by.get(r"\beta_0", by.get("c", names[0]))
    kind = rng.random()
    if kind < 0.15:
        return f"1 : {offset}\n-1 : "
    if kind < 0.35:
        more = rng.choice(("", intercept, slope, offset))
        return f"x1 : {intercept} {more}\n-1 : {slope} {more}"
    if kind < 0.5:
        return "\n".join(f"{n} : {n}" for n in (*slopes, intercept)) + "\n-1 : "
    if kind < 0.65:
        first, second = rng.choice(names), rng.choice(names)
        return f"1 : {first} {second}\n? : {rng.choice(names)}\n? : {offset} {offset}"
    terms = [
        f"{coefficient(rng, names, selection['dimension'])} : "
        f"{' '.join(rng.choices(names, k=rng.choice((0, 1, 1, 2, 2))))}"
        for _ in range(rng.choice((1, 2, 2, 3)))
    ]
    return "\n".join(terms)


def selection(seed: int) -> dict[str, Any]:
    """Return a random selection of the checker's form."""
    rng = random.Random(seed)
    lists = {name: field.options for name, field in CHECK_FIELDS.items()}
    dimension = rng.choice((1, 1, 1, 2, 2, 3))
    atoms = rng.choice((1, 2, 2, 2, 3)) if dimension < 3 else rng.choice((1, 2))
    chosen: dict[str, Any] = {
        "router": "custom" if rng.random() < 0.35 else rng.choice(lists["router"]),
        "gate": rng.choice(lists["gate"]),
        "expert": "custom" if rng.random() < 0.6 else rng.choice(lists["expert"]),
        "output": rng.choice(("regression", "regression", *lists["output"])),
        "dimension": dimension,
        "atoms": atoms,
        "test": rng.choice((*TESTS, "relation", "relation", "cone")),
        "point": rng.choice(("generic", "generic", *POINTS)),
        "crowded": [rng.randint(1, atoms)],
        "order": rng.choice((1, 2)),
        "seed": rng.randint(0, 99),
    }
    if chosen["gate"] == "sigmoid":
        chosen["output"] = "regression"
    if chosen["router"] == "custom":
        chosen["score_formula"] = score_formula(rng, dimension)
    if chosen["expert"] == "custom":
        chosen["expert_formula"] = expert_formula(rng)
    if chosen["test"] == "relation":
        chosen["relation"] = "1 : p1"
        # A formula without a value is refused, with any relation.
        with contextlib.suppress(MoevizError):
            chosen["relation"] = relation(rng, chosen)
    return chosen


@dataclass(frozen=True)
class Outcome:
    """What came of a random check.

    Attributes
    ----------
    answer : str
        The verdict, or "refused".
    why : str
        Of a refusal or an undecided verdict.
    scripts : int
        Certificates that the script's program made again.
    spots : int
        Certificates with a spot check.
    contradictions : tuple of str
    """

    answer: str
    why: str = ""
    scripts: int = 0
    spots: int = 0
    contradictions: tuple[str, ...] = ()
    seconds: float = 0.0


def outcome(chosen: dict[str, Any], limit: float = LIMIT) -> Outcome:
    """Decide a check and hold verdict, script and spot check against each other."""
    try:
        verdict = verdict_of({"compose": chosen}, limit=limit)
    except MoevizError as refusal:
        return Outcome("refused", str(refusal))
    data = verdict.to_json()
    json.dumps(data, allow_nan=False)
    answer = str(verdict.answer)
    if answer == "undecided":
        return Outcome(answer, verdict.condition, seconds=verdict.seconds)
    found: list[str] = []
    certificates = certificates_of(data)
    if len(certificates) != len(verdict.tests):
        found.append("a decided test has no certificate")
    scripts = 0
    for certificate in certificates:
        good, words = reproduce(certificate)
        scripts += good
        if not good:
            found.append(f"script: {words}")
    spots = sum(_spotted(test, found) for test in verdict.tests)
    return Outcome(answer, verdict.condition, scripts, spots, tuple(found), verdict.seconds)


def _spotted(test: Test, found: list[str]) -> int:
    """Add what a spot check contradicts; return whether there was one."""
    kind = test.certificate["kind"]
    if kind in ("relation", "counter-sequence", "constants", "identity"):
        spots = spots_of(test)
        for spot in spots:
            if not abs(spot["residual"]) <= 1e-6 * max(1.0, spot["size"]):
                found.append(f"spot: {kind} leaves {spot['residual']} of {spot['size']}")
        if kind == "counter-sequence":
            orders = test.certificate["sequence"]
            function, loss = orders["function order"], float(orders["loss order"])
            if function != "infinity" and not float(function) > loss + 0.3:
                found.append(f"sequence: function order {function}, loss order {loss}")
        return bool(spots)
    if kind == "value":
        spots = spots_of(test)
        middle = _middle(test.certificate["value"])
        for spot in spots:
            if not math.isclose(
                spot["residual"], middle, rel_tol=1e-5, abs_tol=1e-9 * spot["size"]
            ):
                found.append(f"spot: value {spot['residual']}, stated {middle}")
        return bool(spots)
    if isinstance(test.family, Family) and "determinant" in test.certificate:
        spot = determinant_spot(test.family, test.certificate)
        if spot is None:
            return False
        value, condition = spot
        middle = _middle(test.certificate["determinant"])
        if condition < 1e8 and not math.isclose(value, middle, rel_tol=1e-5):
            found.append(f"spot: determinant {value}, stated {middle}")
        return condition < 1e8
    return False


def _middle(text: str) -> float:
    return float(text.strip("[]").split("+/-")[0])
