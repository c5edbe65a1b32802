"""What the papers are called."""

from __future__ import annotations

from collections.abc import Mapping

PAPERS: Mapping[str, str] = {
    "sigmoid": "Sigmoid paper",
    "cosine": "Cosine paper",
    "multinomial": "Multinomial paper",
    "compete": "Competition paper",
}
"""A paper's title by its key, in the catalogue's order."""


def table_name(paper: str, number: int) -> str:
    """Return how a paper's table is called.

    Parameters
    ----------
    paper : str
        The paper's key.
    number : int
        The table's.
    """
    return f"{PAPERS.get(paper, paper)}, Table {number}"
