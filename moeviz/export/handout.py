"""A study as a handout of two pages: a question to answer, and what came out.

The first page has question, models and axes on which a student draws a prediction; the second has
the picture, the slopes and what they say. Typst makes the PDF of a template beside this module;
it reads the study as data, and formulas as :func:`~moeviz.export.model.model_lines` prints them.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from moeviz.charts.against import comparison
from moeviz.charts.convergence import size_text
from moeviz.charts.notices import notices
from moeviz.charts.palette import style, theme_named
from moeviz.charts.regimes import regime_sentences
from moeviz.charts.sentences import curve_words
from moeviz.charts.table import slope_table
from moeviz.charts.words import design_sentence
from moeviz.errors import printable
from moeviz.export.figure import SMALL, study_svg
from moeviz.export.model import model_lines
from moeviz.export.words import checked_link, question_of, state_of, title_of
from moeviz.study import FIELDS, Result
from moeviz.text import json_text

MOST_CURVES = 16
"""Curves in the tables of a handout; the picture has more."""

LONGEST_CODE = 600
"""Bytes of a link that still makes a code which a telephone reads from paper."""

LONGEST = 1500
"""Letters of one sentence; a formula of one's own can be long."""

FONT = "Libertinus Serif"

SETTINGS = ("dimension", "true_atoms", "atoms", "noise", "sizes", "replicates", "start")
"""Fields that the first page names."""


def study_handout(result: Result, link: str = "") -> bytes:
    """Return a PDF of two pages.

    Parameters
    ----------
    result : Result
    link : str
        Where the study is; printed, and as a code, empty for nowhere.

    Returns
    -------
    bytes
        The same for the same result.

    Raises
    ------
    SpecificationError
        If the link is none that can be printed.
    """
    made: bytes = _typeset(result, link, format="pdf")
    return made


def handout_pages(result: Result, link: str = "", dots_per_inch: float = 72.0) -> list[bytes]:
    """Return the pages of a handout as PNG, to look at.

    Parameters
    ----------
    result : Result
    link : str
    dots_per_inch : float

    Raises
    ------
    SpecificationError
        If the link is none that can be printed.
    """
    made = _typeset(result, link, format="png", ppi=dots_per_inch)
    return made if isinstance(made, list) else [made]


def _typeset(result: Result, link: str, **how: Any) -> Any:
    # Loading it takes a moment that no page needs.
    import typst

    return typst.compile(
        source(result).encode(),
        sys_inputs={"data": json_text(handout_data(result, checked_link(link)))},
        ignore_system_fonts=True,
        **how,
    )


def source(result: Result) -> str:
    """Return the handout in Typst's language: a study's formulas, and the template.

    Parameters
    ----------
    result : Result
    """
    lines = "".join(f"  $ {formula} $,\n" for _, formula in model_lines(result.spec))
    template = Path(__file__).with_name("handout.typ").read_text("utf-8")
    return f"#let formulas = (\n{lines})\n\n{template}"


def handout_data(result: Result, link: str) -> dict[str, Any]:
    """Return what the template reads: plain words and pictures as texts.

    Parameters
    ----------
    result : Result
    link : str
    """
    spec = result.spec
    shown = result.curves[:MOST_CURVES]
    table = {
        title: [_word(cell) for cell in cells[:MOST_CURVES]]
        for title, cells in slope_table(result).items()
    }
    del table["Curve"]
    theme = theme_named("light")
    looks = [style(index, theme) for index in range(len(shown))]
    more = len(result.curves) - len(shown)
    findings = [[c.label, curve_words(spec, c)] for c in shown]
    return {
        "title": _word(title_of(spec)),
        "question": _word(question_of(spec)),
        "study": result.hash,
        "parts": [_word(title) for title, _ in model_lines(spec)],
        "settings": [
            [FIELDS[name].label, _setting(name, spec[name])]
            for name in SETTINGS
            if FIELDS[name].applies(spec.fields)
        ],
        "regime": [_word(sentence) for sentence in regime_sentences(spec.fields)],
        "curves": [
            [_word(curve.label), look.colour, look.marker]
            for curve, look in zip(shown, looks, strict=True)
        ],
        "axes": study_svg(result, "", FONT, SMALL, measured=False, framed=False),
        "figure": study_svg(result, "", FONT, SMALL, framed=False),
        "table": table,
        "findings": [[_word(label), _word(said)] for label, said in findings],
        "more": f"{more} more curves are in the study's data." if more else "",
        "beside": [_word(s) for s in (comparison(result), design_sentence(result)) if s],
        "notices": [_word(s) for s in (*notices(spec), state_of(result)) if s],
        "link": link,
        "code": _code(link),
    }


def _setting(name: str, value: Any) -> str:
    return ", ".join(map(size_text, value)) if name == "sizes" else FIELDS[name].write(value)


def _word(said: str) -> str:
    plain = printable(said)
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]} …"


def _code(link: str) -> str:
    """Return a QR code as SVG; empty where there is no link, or one too long to be read."""
    if not link or len(link.encode()) > LONGEST_CODE:
        return ""
    import segno

    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="svg", border=2, scale=4)
    return out.getvalue().decode()
