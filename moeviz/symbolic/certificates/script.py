"""A verdict's certificates as a script that makes them again with sympy and mpmath alone.

The program is the modules of :mod:`moeviz.symbolic.certificates.standalone`, joined; the
certificates stand above it as plain data, which it reads node by node and never executes. Every
text of the data is checked against the few characters and names that certificates are made of.
"""

from __future__ import annotations

import ast
import keyword
import pprint
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.symbolic.certificates.standalone import formulas

PARTS = (
    "formulas",
    "values",
    "linear",
    "combinations",
    "checks",
    "sequences",
    "main",
)
"""Modules of the program, each after those that it needs."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,40}")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
FORMULA = re.compile(r"[A-Za-z0-9_+\-*/(). ]+")
FRACTION = re.compile(r"-?[0-9]+(/[0-9]+)?")
POINT = re.compile(r"-?[0-9]+(/[0-9]+)?|log\([0-9]+(/[0-9]+)?\)")
ENCLOSURE = re.compile(r"\[?[-+0-9.e/ ]+\]?|not zero as a polynomial in independent basics")
ORDER = re.compile(r"infinity|-?[0-9.]+(e[-+]?[0-9]+)?")
KIND = re.compile(r"[a-z \-]{1,30}")
TAKEN = {*formulas.FUNCTIONS, *formulas.CONSTANTS}
"""Names that a formula reads as functions and constants."""

LONGEST = 400_000
"""Characters of one text."""

Clean = Callable[[Any], Any]


def script(verdict: Mapping[str, Any]) -> str:
    """Return a Python script that makes every certificate of a verdict again.

    It needs sympy and mpmath, prints one line per certificate and exits with 0 only if all are
    reproduced.

    Parameters
    ----------
    verdict : mapping
        JSON of :class:`moeviz.symbolic.questions.claims.Verdict`, or of one test under "tests".

    Raises
    ------
    SpecificationError
        If a text of a certificate is none that certificates are made of.
    """
    data = pprint.pformat(certificates_of(verdict), width=98, sort_dicts=False)
    name = _words(verdict.get("id", "") or "a check of your own")
    imports, body = _program()
    return (
        f'"""Certificates of {name}, made again with sympy and mpmath alone.\n\n'
        f'Run it with: python script.py\n"""\n\n'
        f"{imports}\n\nCERTIFICATES: list = {data}\n\n\n{body}\n\n"
        'if __name__ == "__main__":\n    raise SystemExit(main(CERTIFICATES))\n'
    )


def certificates_of(verdict: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what the program reads of a verdict's certificates, every text checked.

    Raises
    ------
    SpecificationError
        If a text is none that certificates are made of.
    """
    tests = list(verdict.get("tests", []))
    repair = verdict.get("repair")
    if repair:
        tests += [{**t, "name": f"repair, {t['name']}"} for t in repair["tests"]]
    return [_certificate(t["certificate"], t["name"]) for t in tests if t["certificate"]]


def _program() -> tuple[str, str]:
    """Return the imports and the body of the program."""
    imports: dict[str, None] = {}
    bodies = []
    for part in PARTS:
        path = Path(__file__).with_name("standalone") / f"{part}.py"
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        nodes = ast.parse(text).body
        drop = {0}
        for number, node in enumerate(nodes):
            if isinstance(node, ast.Import | ast.ImportFrom):
                drop.add(number)
                if not (isinstance(node, ast.ImportFrom) and str(node.module).startswith("moeviz")):
                    imports[ast.unparse(node)] = None
        for number in sorted(drop, reverse=True):
            node = nodes[number]
            del lines[node.lineno - 1 : node.end_lineno]
        bodies.append("\n".join(lines).strip())
    first = "from __future__ import annotations"
    others = sorted(set(imports) - {first}, key=lambda line: (line.startswith("from"), line))
    return "\n".join([first, "", *others]), "\n\n\n".join(bodies)


def _certificate(data: Mapping[str, Any], title: str) -> dict[str, Any]:
    """Return what the program reads of a certificate, every text checked.

    Raises
    ------
    SpecificationError
        If a text is none that certificates are made of, or something is missing.
    """
    try:
        names = {
            n: f"{n}_" if n in TAKEN or keyword.iskeyword(n) else _text(NAME, n)
            for k in ("inputs", "parameters")
            for n in data["symbols"][k]
        }
        if len(set(names.values())) < len(names) or TAKEN & set(names.values()):
            raise _refusal("names of symbols that differ", ", ".join(sorted(names)))
        symbols = {k: [names[n] for n in data["symbols"][k]] for k in ("inputs", "parameters")}
        fields = _fields(names)
        if "enclosures" in data:
            fields.pop("value")
        found = {k: clean(data[k]) for k, clean in fields.items() if k in data}
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise _refusal("a certificate with all its parts", f"{type(error).__name__}") from None
    return {"title": _words(title), "kind": _text(KIND, data["kind"]), "symbols": symbols, **found}


def _fields(names: Mapping[str, str]) -> dict[str, Clean]:
    """Return how each field of a certificate is checked.

    Parameters
    ----------
    names : mapping of str to str
        What each symbol of the certificate is called in the script.
    """

    def name(value: Any) -> str:
        if value not in names:
            raise _refusal("a symbol of the certificate", str(value))
        return names[value]

    def formula(value: Any) -> str:
        text = _text(FORMULA, value)
        strange = set(IDENTIFIER.findall(text)) - {*names, *TAKEN}
        if strange or "." in text:
            raise _refusal("a formula in known names", ", ".join(sorted(strange)) or text[:60])
        return IDENTIFIER.sub(lambda m: names.get(m[0], m[0]), text)

    def members(value: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [
            _present({"atom": int, "by": _each(name), "coefficient": _fraction}, m) for m in value
        ]

    def numbers_of(value: Mapping[str, Any]) -> dict[str, str]:
        return {name(k): _text(POINT, v) for k, v in value.items()}

    def place(value: Mapping[str, Any]) -> dict[str, Any]:
        numbers = {name(k): _fraction(v) for k, v in value.items() if k != "piece"}
        return {"piece": int(value["piece"]), **numbers} if "piece" in value else numbers

    def places(value: Any) -> Any:
        return place(value) if isinstance(value, Mapping) else [place(v) for v in value]

    def kink(value: Any) -> Any:
        if value is None:
            return None
        slope = {name(k): _fraction(v) for k, v in value["slope"].items()}
        return {"slope": slope, "intercept": _fraction(value["intercept"])}

    block: dict[str, Clean] = {
        "atom": int,
        "parameters": _each(name),
        "rows": _each(_each(_fraction)),
    }
    term: dict[str, Clean] = {"coefficient": formula, "by": _each(name), "function": int}
    return {
        "functions": _each(formula),
        "points": _each(numbers_of),
        "support": _each(lambda b: [name(b[0]), _fraction(b[1]), _fraction(b[2])]),
        "point masses": bool,
        "pieces": _each(lambda p: {"class": int(p["class"]), "kink": kink(p["kink"])}),
        "members": members,
        "gauge": _each(members),
        "relations": _each(members),
        "matrices": _each(lambda b: _present(block, b)),
        "atoms needed": _each(int),
        "inputs": places,
        "domain": _each(formula),
        "kink": kink,
        # Where no member is left there is no determinant.
        "determinant": lambda v: v if v == "" else _text(ENCLOSURE, v),
        "value": lambda v: _text(ENCLOSURE, v),
        "bits": int,
        "terms": _each(lambda t: _present(term, t)),
        "enclosures": _each(
            lambda e: {
                "formula": formula(e["formula"]),
                "inputs": {name(k): _each(_fraction)(v) for k, v in e["inputs"].items()},
                "value": _text(ENCLOSURE, e["value"]),
            }
        ),
        "constants": lambda v: [_fraction(e) for e in v.values()],
        "sequence": lambda v: {k: _text(ORDER, v[k]) for k in ("function order", "loss order")},
    }


def _each(clean: Clean) -> Clean:
    return lambda values: [clean(v) for v in values]


def _present(fields: Mapping[str, Clean], value: Mapping[str, Any]) -> dict[str, Any]:
    return {k: clean(value[k]) for k, clean in fields.items() if k in value}


def _fraction(value: Any) -> str:
    return _text(FRACTION, value)


def _text(pattern: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or not pattern.fullmatch(value):
        raise _refusal("a text of a certificate", str(value)[:60])
    return value


def _words(text: str) -> str:
    """Return a title with its plain characters only."""
    return re.sub(r"[^A-Za-z0-9 ,.()'=<>^_+:;|-]", "?", str(text))[:200]


def _refusal(expected: str, got: str) -> SpecificationError:
    return SpecificationError(
        f"Expected {expected}, but got '{got}'; take the certificate as the checker made it."
    )
