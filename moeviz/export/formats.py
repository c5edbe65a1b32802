"""The files in which a study leaves the laboratory, by their endings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from moeviz.export.figure import study_svg
from moeviz.export.handout import study_handout
from moeviz.export.latex import study_latex
from moeviz.export.notebook import can_be_repeated, study_notebook
from moeviz.study import Result


def always(result: Result) -> bool:
    """Return that a file can be made of any result, finished or not."""
    return True


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Attributes
    ----------
    label, mime, help : str
        What it is called; its type for browsers; what it is good for.
    make : callable
        From a result and a link, which may be empty, to the file's content.
    offered : callable
        Whether it can be made of a result.
    """

    label: str
    mime: str
    help: str
    make: Callable[[Result, str], str | bytes]
    offered: Callable[[Result], bool] = always


FORMATS: Mapping[str, Format] = {
    ".svg": Format("Figure (SVG)", "image/svg+xml", "The picture, for slides.", study_svg),
    ".tex": Format(
        "Figure and table (LaTeX)",
        "application/x-tex",
        "A document with a pgfplots figure and the slopes.",
        study_latex,
    ),
    ".ipynb": Format(
        "Notebook (Python)",
        "application/x-ipynb+json",
        "Computes the study again and compares the numbers.",
        study_notebook,
        can_be_repeated,
    ),
    ".pdf": Format(
        "Handout (PDF)",
        "application/pdf",
        "Two pages: a question with room for a prediction, and what came out.",
        study_handout,
    ),
}
"""Every format by its ending."""
