"""Words of the checker's page: verdicts and agreement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.charts.papers import PAPERS
from moeviz.ui.shared.typeset import mixed

GLYPHS: Mapping[str, str] = {
    "holds": "✔",
    "fails": "✘",
    "holds under a condition": "◐",
    "undecided": "?",
}
"""A sign for each verdict, so that none is told by colour alone."""


def answer_words(verdict: str, condition: str = "") -> str:
    """Return a verdict as a phrase with its sign, such as ``✔ Holds``.

    Parameters
    ----------
    verdict : str
        As certificates say it.
    condition : str
        The condition, or why it is undecided.
    """
    said = f"{GLYPHS.get(verdict, '?')} {verdict.capitalize()}"
    return f"{said}: {mixed(condition)}" if condition else said


def agreement(verdict: Mapping[str, Any]) -> str:
    """Say whether a verdict is the paper's; empty for a claim of no paper.

    Parameters
    ----------
    verdict : mapping
        As :meth:`moeviz.symbolic.questions.claims.Verdict.to_json` returns it.
    """
    if not verdict["paper"]:
        return ""
    said = f"the paper says that it {_says(verdict['paper_says'])}"
    if verdict["verdict"] == "undecided":
        return f"**No answer about the paper:** {said}, and nothing was proved either way."
    if verdict["agrees_with_paper"]:
        return "**✔ Agrees with the paper.**"
    return f"**✘ Differs from the paper:** {said}."


def paper_words(paper: str, reference: str) -> str:
    """Return where a claim stands, in words.

    Parameters
    ----------
    paper, reference : str
    """
    return ", ".join(part for part in (PAPERS.get(paper, paper), reference) if part)


def _says(verdict: str) -> str:
    return "is undecided" if verdict == "undecided" else verdict
