"""Claims of `multinomial` on the maps of modified gates (Definition 4.1)."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from fractions import Fraction

import flint
import sympy

from moeviz.errors import FormulaError
from moeviz.symbolic.catalogue.parts import Design, cone, functions, model
from moeviz.symbolic.certificates.report import Answer, Step, Test
from moeviz.symbolic.certificates.types import Certificate, Enclosure
from moeviz.symbolic.kernel.balls import ball
from moeviz.symbolic.kernel.functions import log_abs, sigmoid
from moeviz.symbolic.questions.claims import Asks, Check, Claim
from moeviz.symbolic.reading.expressions import inputs, norm

HOLDS, FAILS = Answer.HOLDS, Answer.FAILS
PAPER = "multinomial"
WHY_MODIFIED = "Theorem 4.4: the rates of Regime 1 in any regime, with a modified gate."

MAPS: dict[str, tuple[str, Callable[[sympy.Expr], sympy.Expr]]] = {
    "tanh": (r"\tanh(X)", sympy.tanh),
    "cos": (r"\cos(X)", sympy.cos),
    "sin": (r"\sin(X)", sympy.sin),
    "sigmoid": (r"\sigma(X)", sigmoid),
    "x2": ("X^2", lambda t: t**2),
    "x3": ("X^3", lambda t: t**3),
    "x4": ("X^4", lambda t: t**4),
    "log": (r"\log|X|", log_abs),
}
"""The map M by name: LaTeX and formula."""


def claims() -> list[Claim]:
    """Return the claims on Definition 4.1."""
    found = []
    named = {"tanh", "cos", "x3", "x4", "sigmoid", "unit", "sin", "log"}
    for name in (*MAPS, "unit"):
        for d in (1, 2, 3):
            if name == "unit" and d == 1:
                m = [inputs(1)[0] / norm(inputs(1))]
            elif name == "unit":
                m = [e / norm(inputs(d)) for e in inputs(d)]
            else:
                m = [MAPS[name][1](e) for e in inputs(d)]
            latex = r"X / \|X\|" if name == "unit" else MAPS[name][0]
            x = inputs(d)
            found.append(
                Claim(
                    f"M4.{name}.d{d}",
                    PAPER,
                    "Definition 4.1",
                    rf"$\{{X^p M^q : 0 \leq |p| + |q| \leq 2\}}$ is linearly independent for "
                    rf"$M = {latex}$ ($d = {d}$).",
                    HOLDS if name in named else FAILS,
                    "The example under Definition 4.1, or Appendix D."
                    if name in named
                    else "Powers are allowed from 3 on.",
                    (
                        functions(
                            f"{2 * d} functions and their products", _monomials(list(x), m), x
                        ),
                    ),
                    (cone(_unit(d)),) if name == "unit" and d > 1 else (),
                    "What Theorem 4.4 needs: no crowded cell of the whole model can spread out."
                    if name == "unit" and d > 1
                    else "",
                    WHY_MODIFIED,
                    "multinomial-exact",
                )
            )
        found.append(_bounded(name))
    return found


def _unit(d: int) -> Design:
    """Return the model whose gate reads the input's direction, with two classes."""
    return Design(model("modified-unit", "softmax", "linear", "categorical", classes=2), d)


def _monomials(x: list[sympy.Expr], m: list[sympy.Expr]) -> list[tuple[str, sympy.Expr]]:
    names = [f"X_{i}" for i in range(1, len(x) + 1)] + [f"M_{i}" for i in range(1, len(m) + 1)]
    if len(x) == 1:
        names = ["X", "M"]
    found = [("1", sympy.Integer(1))]
    both = list(zip(names, [*x, *m], strict=True))
    for order in (1, 2):
        for chosen in itertools.combinations_with_replacement(both, order):
            label = "".join(n for n, _ in chosen)
            found.append((label, sympy.Mul(*(e for _, e in chosen))))
    return found


def _bounded(name: str) -> Claim:
    latex = r"X / \|X\|" if name == "unit" else MAPS[name][0]
    return Claim(
        f"M4.{name}.bounded",
        PAPER,
        "Definition 4.1",
        rf"$M = {latex}$ is bounded on a support that contains 0.",
        HOLDS,
        "Definition 4.1 asks for a bounded function.",
        (Check(lambda should_stop: _enclosed(name), asks=Asks.VALUE),),
        why=WHY_MODIFIED,
        study="multinomial-exact",
    )


def _enclosed(name: str) -> Test:
    """Test whether M is bounded on [-1, 1] near 0: an enclosure over all of it, or a sequence."""
    start = time.perf_counter()
    box = flint.arb(0, 1)
    if name == "log":
        values = [ball(Fraction(1, 10**n)).log().str(6) for n in (3, 30, 300)]
        test = Test(
            "bounded",
            FAILS,
            "",
            {
                "kind": "value",
                "latex": r"\log|10^{-n}|,\ n = 3, 30, 300",
                "value": "; ".join(values),
                "symbols": {"inputs": ["x1"], "parameters": []},
                "enclosures": [
                    {"formula": "log_abs(x1)", "inputs": {"x1": [f"1/{10**n}"]}, "value": value}
                    for n, value in zip((3, 30, 300), values, strict=True)
                ],
            },
        )
        words = f"At 10^-3, 10^-30, 10^-300 it is {', '.join(values)}: below every bound."
    else:
        enclosures = {
            "tanh": box.tanh(),
            "cos": box.cos(),
            "sin": box.sin(),
            "sigmoid": 1 / (1 + (-box).exp()),
            # A power of a ball around 0 is not finite, a product is.
            "x2": box * box,
            "x3": box * box * box,
            "x4": box * box * box * box,
            # Each entry of a unit vector lies between -1 and 1.
            "unit": box,
        }
        value = enclosures[name].str(6)
        formulas = {
            "sigmoid": "sigmoid(x1)",
            "x2": "x1**2",
            "x3": "x1**3",
            "x4": "x1**4",
            # An entry of a unit vector is the cosine of an angle.
            "unit": "cos(x1)",
        }
        enclosed: Enclosure = {
            "formula": formulas.get(name, f"{name}(x1)"),
            "inputs": {"x1": ["-1", "1"] if name != "unit" else ["-4", "4"]},
            "value": value,
        }
        certificate: Certificate = {
            "kind": "value",
            "latex": "M([-1, 1])",
            "value": value,
            "symbols": {"inputs": ["x1"], "parameters": []},
            "enclosures": [enclosed],
        }
        if not enclosures[name].is_finite():
            raise FormulaError(f"Expected a finite enclosure over [-1, 1], but got {value}.")
        test = Test("bounded", HOLDS, "", certificate)
        words = f"Over all of [-1, 1] its values lie in {value}."
    return Test(
        test.name,
        test.answer,
        "",
        test.certificate,
        (Step("Enclose", (words,)),),
        time.perf_counter() - start,
    )
