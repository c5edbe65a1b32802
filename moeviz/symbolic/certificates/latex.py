"""A verdict as LaTeX: paragraphs for a paper or for lecture notes, with amsmath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.symbolic.certificates.types import Certificate

MOST_ENCLOSURES = 4
"""Values that are written out."""

_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "#": r"\#",
        "%": r"\%",
        "&": r"\&",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "$": r"\$",
    }
)

Plain = Mapping[str, Any]


def verdict_latex(verdict: Plain) -> str:
    """Return a verdict with its tests and certificates as LaTeX.

    Parameters
    ----------
    verdict : mapping
        As :meth:`moeviz.symbolic.questions.claims.Verdict.to_json` returns it.

    Returns
    -------
    str
        Paragraphs for a document that uses amsmath.
    """
    where = ", ".join(part for part in (verdict["paper"], verdict["reference"]) if part)
    lines = [
        rf"\paragraph{{{text(verdict['id'])}{f' ({text(where)})' if where else ''}}}",
        text(verdict["statement"]),
        "",
        rf"\textbf{{Verdict:}} {_answer(verdict)}",
    ]
    if verdict["paper"]:
        agrees = "agrees" if verdict["agrees_with_paper"] else "does not agree"
        lines += [
            rf"This {agrees} with the paper, which says: {text(verdict['paper_says'])}. "
            + text(verdict["paper_words"]),
        ]
    lines += _tests(verdict["tests"])
    repair = verdict["repair"]
    if repair is not None:
        lines += [
            "",
            rf"\textbf{{Repair:}} {text(repair['statement'])} Verdict: {_answer(repair)}",
            *_tests(repair["tests"]),
        ]
    for one in verdict.get("searched", ()):
        lines += [
            "",
            rf"\textbf{{Searched for exceptions}} ({text(one['question'])}): {text(one['words'])}.",
        ]
    if verdict["why"]:
        lines += ["", rf"\textbf{{Why it matters:}} {text(verdict['why'])}"]
    return "\n".join(lines) + "\n"


def text(words: str) -> str:
    """Return words as LaTeX; what stands between dollars is LaTeX already.

    Parameters
    ----------
    words : str
    """
    parts = words.split("$")
    if len(parts) % 2 == 0:
        return words.translate(_ESCAPES)
    return "".join(
        f"${part}$" if number % 2 else part.translate(_ESCAPES) for number, part in enumerate(parts)
    )


def _answer(verdict: Plain) -> str:
    condition = f": {text(verdict['condition'])}" if verdict.get("condition") else ""
    return f"{text(verdict['verdict'])}{condition}."


def _tests(tests: Sequence[Plain]) -> list[str]:
    lines = ["", r"\begin{enumerate}"]
    for test in tests:
        lines.append(rf"  \item \emph{{{text(test['name'])}}}: {_answer(test)}")
        lines += [f"    {line}" for line in certificate_latex(test["certificate"])]
    return [*lines, r"\end{enumerate}"]


def certificate_latex(certificate: Certificate) -> list[str]:
    """Return a certificate as lines of LaTeX.

    Parameters
    ----------
    certificate : Certificate
        Of one test; its "kind" says how to read it.
    """
    lines: list[str] = []
    if certificate.get("latex"):
        lines += [r"\begin{multline*}", *broken(certificate["latex"]), r"\end{multline*}"]
    if certificate.get("where"):
        lines.append(f"This holds {text(certificate['where'])}.")
    enclosures = certificate.get("enclosures", ())
    for enclosure in enclosures[:MOST_ENCLOSURES]:
        lines.append(
            rf"The value of \texttt{{{text(str(enclosure['formula']))}}} lies in "
            rf"$\left[{_enclosure(str(enclosure['value']))}\right]$."
        )
    if more := enclosures[MOST_ENCLOSURES:]:
        lines.append(f"JSON and script have {len(more)} more.")
    if certificate.get("value") and not enclosures:
        value = _enclosure(str(certificate["value"]))
        lines.append(rf"At a rational point the left side lies in $\left[{value}\right]$.")
    if certificate.get("determinant"):
        count = len(certificate.get("members", ()))
        lines.append(
            f"The determinant of {count} functions at {count} rational points lies in "
            rf"$\left[{_enclosure(certificate['determinant'])}\right]$, so they are independent."
        )
    for block in certificate.get("matrices", ()):
        name = "W" if certificate["kind"] == "dual matrix" else "M"
        lines.append(rf"\[ {name}_{{{block['atom']}}} = {_matrix(block['rows'])} \]")
    sequence = certificate.get("sequence")
    if sequence:
        lines.append(
            r"Along $\varepsilon \to 0$ the loss is of order "
            rf"$\varepsilon^{{{sequence['loss order']}}}$"
            + (
                " and the function does not move."
                if sequence["exact"]
                else " and the change of the function of order "
                rf"$\varepsilon^{{{sequence['function order']}}}$."
            )
        )
    return lines


def broken(latex: str, terms: int = 3) -> list[str]:
    r"""Return a sum in lines of a few terms each, for ``multline``.

    Parameters
    ----------
    latex : str
    terms : int
        Terms in one line. Signs inside braces or brackets separate none.
    """
    depth, count, start, lines = 0, 0, 0, []
    for place, letter in enumerate(latex):
        depth += (letter in "{([") - (letter in "})]")
        if depth == 0 and latex[place : place + 3] in (" + ", " - ") and place:
            count += 1
            if count % terms == 0:
                lines.append(rf"{latex[start:place].strip()} \\")
                start = place
    return [*lines, latex[start:].strip()]


def _enclosure(words: str) -> str:
    """Return a ball's text, ``[mid +/- radius]``, as LaTeX."""
    inner = words.strip().removeprefix("[").removesuffix("]")
    return inner.replace("+/-", r"\pm").translate(str.maketrans("", "", "%$#"))


def _matrix(rows: Sequence[Sequence[str]]) -> str:
    body = r" \\ ".join(" & ".join(_fraction(entry) for entry in row) for row in rows)
    return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"


def _fraction(entry: str) -> str:
    above, mark, below = str(entry).partition("/")
    if not mark:
        return above
    sign = "-" if above.startswith("-") else ""
    return rf"{sign}\tfrac{{{above.removeprefix('-')}}}{{{below}}}"
