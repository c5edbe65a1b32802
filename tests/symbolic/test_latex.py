"""A verdict as LaTeX: balanced, escaped, with every certificate in it."""

from __future__ import annotations

import re

import pytest

from moeviz.symbolic.certificates.latex import broken, text, verdict_latex

VERDICT = {
    "id": "C4.relu.d1",
    "paper": "cosine",
    "reference": "Definition 1, 50% & more",
    "statement": r"The family $\{\partial H\}$ of_relu is independent.",
    "paper_says": "holds",
    "paper_words": "Said in § 3.",
    "verdict": "fails",
    "condition": "",
    "agrees_with_paper": False,
    "tests": [
        {
            "name": "second-order cone",
            "verdict": "fails",
            "condition": "",
            "certificate": {
                "kind": "counter-sequence",
                "latex": r"\frac{1}{2}\,F - (a + b) + c - d + e = 0",
                "matrices": [
                    {"atom": 1, "parameters": ["a", "b"], "rows": [["0", "-3/4"], ["1", "2"]]},
                ],
                "sequence": {"exact": False, "loss order": "2.0", "function order": "4.0"},
            },
            "steps": [],
            "seconds": 0.1,
        },
        {
            "name": "first order",
            "verdict": "holds",
            "condition": "",
            "certificate": {
                "kind": "determinant",
                "members": [{"label": "F"}],
                "determinant": "[5.2e-7 +/- 2.06e-15]",
            },
            "steps": [],
            "seconds": 0.1,
        },
    ],
    "repair": {"statement": "Modulo the gauge.", "verdict": "holds", "tests": []},
    "why": "A rate of $n^{-1/4}$.",
    "study": "",
    "seconds": 0.2,
}  # fmt: skip


def test_braces_dollars_and_environments_are_balanced():
    latex = verdict_latex(VERDICT)
    bare = re.sub(r"\\[{}$%&_#]", "", latex)
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") % 2 == 0
    for name in ("enumerate", "multline*", "pmatrix"):
        assert latex.count(rf"\begin{{{name}}}") == latex.count(rf"\end{{{name}}}") > 0


def test_everything_is_said():
    latex = verdict_latex(VERDICT)
    assert r"50\% \& more" in latex
    assert r"of\_relu" in latex
    assert "does not agree with the paper, which says: holds" in latex
    assert r"\pm" in latex
    assert r"-\tfrac{3}{4}" in latex
    assert r"\varepsilon^{4.0}" in latex
    assert r"\textbf{Repair:} Modulo the gauge. Verdict: holds." in latex


@pytest.mark.parametrize("words", ["a $b", r"\input{x} {", "50% # & ~ ^ _"])
def test_words_cannot_become_commands(words):
    assert not re.search(r"(?<!\\)[$%#&_]", text(words).replace(r"\textbackslash{}", ""))
    assert r"\input" not in text(words)


def test_a_long_sum_breaks_only_outside_brackets():
    assert broken("a + (b - c) - d + e - f = 0", terms=2) == [
        r"a + (b - c) \\",
        r"- d + e \\",
        "- f = 0",
    ]
