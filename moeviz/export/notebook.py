"""A notebook that computes a study again with this library, and compares the numbers.

It holds the specification and, of the result, digests and means to compare with; it loads nothing.
"""

from __future__ import annotations

import pprint
from collections.abc import Iterator
from typing import Any

from moeviz.errors import SpecificationError, printable
from moeviz.export.digest import DIGITS, TOLERANCE, curve_digest
from moeviz.export.words import checked_link, question_of, title_of
from moeviz.study import NUMBERS_VERSION, Result
from moeviz.text import json_text

_HEAD = """\
# {title}

**{question}**

This notebook computes the study `{hash}` again with the library moeviz, which must be installed
(`pip install .` in a clone of its repository). It loads no result: below stand the study's
specification and, to compare with, a digest and the means of each curve.{link}

Where it was computed first ({device}) it took {seconds}. Here it runs block by block on one core.
"""

_SPECIFICATION = """\
from moeviz.study import Specification, assemble, run_block, split

spec = Specification.from_json({specification})
print(spec.hash, "is the study that was asked for:", spec.hash == {hash!r})
"""

_COMPUTE = """\
blocks = split(spec)
found = {}
for block in blocks:
    found[block.id] = run_block(spec, block)
    if len(found) % 10 == 0 or len(found) == len(blocks):
        print(len(found), "of", len(blocks), "blocks")
result = assemble(spec, found, 0.0, "cpu")
"""

_WHY = """\
## The same numbers?

A digest is the SHA-256 of all losses of a curve, each rounded to {digits} significant digits. On
the same kind of processor it agrees. Processors with other vector instructions add in another
order: last bits differ, now and then a fit takes one step more, and a digest differs although
nothing is wrong. Then the means decide, which must agree within {tolerance:g} of their size.
"""

_COMPARE = """\
from moeviz.export.digest import TOLERANCE, curve_digest, largest_difference

EXPECTED = {expected}

differ = []
for curve, (label, digest, means) in zip(result.curves, EXPECTED, strict=True):
    away = largest_difference(curve, means)
    if curve_digest(curve) == digest:
        print(f"{{label}}: the digest agrees")
    elif away <= TOLERANCE:
        print(f"{{label}}: the means agree within {{away:.1e}}; the digest differs")
    else:
        print(f"{{label}}: the means DIFFER by {{away:.1e}}")
        differ.append(label)
if differ:
    raise ValueError(f"Expected the numbers of the study, but got others for: {{differ}}.")
"""

_WORDS = """\
from moeviz.charts.sentences import curve_words

for curve in result.curves:
    print(f"{curve.label}: {curve_words(spec, curve)}")
"""

_FIGURE = """\
import plotly.graph_objects as go

from moeviz.charts.palette import THEMES, style

figure = go.Figure()
for index, curve in enumerate(result.curves):
    own = style(index, THEMES["light"])
    line = {"color": own.colour, "dash": own.dash, "width": 3}
    marker = {"symbol": own.marker, "size": 11}
    look = {"mode": "lines+markers", "line": line, "marker": marker}
    figure.add_scatter(x=curve.n, y=curve.mean, name=curve.label, **look)
    if curve.predicted:
        thin = {"color": line["color"], "dash": "dot", "width": 1.5}
        figure.add_scatter(x=curve.n, y=curve.predicted, mode="lines", line=thin, showlegend=False)
    if curve.predicted_protocol:
        thin = {"color": line["color"], "dash": "8px,5px", "width": 1.5}
        sizes, values = sorted(result.spec["sizes"]), curve.trusted_protocol
        figure.add_scatter(x=sizes, y=values, mode="lines", line=thin, showlegend=False)
figure.update_xaxes(type="log", title="sample size n")
figure.update_yaxes(type="log", title="mean loss")
figure
"""


def can_be_repeated(result: Result) -> bool:
    """Return whether a notebook would compute the same numbers: of a finished study of today's.

    Parameters
    ----------
    result : Result
    """
    return result.complete and result.spec.numbers == NUMBERS_VERSION


def study_notebook(result: Result, link: str = "") -> str:
    """Return a notebook that repeats a study.

    Parameters
    ----------
    result : Result
        A finished one, of today's arithmetic.
    link : str
        Where the study is; empty for nowhere.

    Returns
    -------
    str
        JSON of nbformat 4.5; the same for the same result.

    Raises
    ------
    SpecificationError
        If the study is not finished, or was computed with an earlier arithmetic, so that it
        cannot be repeated; or if the link is none that can be printed.
    """
    if not can_be_repeated(result):
        why = (
            f"one of version {result.spec.numbers}"
            if result.complete
            else "one with blocks missing"
        )
        raise SpecificationError(
            f"Expected a finished study of today's arithmetic (version {NUMBERS_VERSION}) for a "
            f"notebook, but got {why}; run it to its end first."
        )
    cells: list[dict[str, Any]] = [
        {
            "cell_type": kind,
            "id": f"cell-{place}",
            "metadata": {},
            **({"execution_count": None, "outputs": []} if kind == "code" else {}),
            "source": content.splitlines(keepends=True),
        }
        for place, (kind, content) in enumerate(_cells(result, checked_link(link)))
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json_text(notebook, indent=1) + "\n"


def _cells(result: Result, link: str) -> Iterator[tuple[str, str]]:
    """Yield each cell's kind and content."""
    spec = result.spec
    yield (
        "markdown",
        _HEAD.format(
            title=_plain(title_of(spec)),
            question=_plain(question_of(spec)),
            hash=result.hash,
            device=_plain(result.device or "cpu"),
            seconds=f"{result.seconds:,.0f} s",
            link=f" The study is at <{link}>." if link else "",
        ),
    )
    shown = _literal(spec.to_json())
    yield "code", _SPECIFICATION.format(specification=shown, hash=spec.hash)
    yield "code", _COMPUTE
    yield "markdown", _WHY.format(digits=DIGITS, tolerance=TOLERANCE)
    expected = [(curve.label, curve_digest(curve), curve.mean) for curve in result.curves]
    yield "code", _COMPARE.format(expected=_literal(expected))
    yield "markdown", "## What came out\n"
    yield "code", _WORDS
    yield "code", _FIGURE


def _literal(data: Any) -> str:
    """Return plain data as Python writes them; no text in them ends early or runs."""
    return pprint.pformat(data, width=98, sort_dicts=False)


def _plain(words: str) -> str:
    """Return words for one line of Markdown, in which they are nothing but words."""
    line = " ".join(printable(words).split())
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]<>#$|~" else letter for letter in line)
