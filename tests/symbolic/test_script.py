"""The standalone script: it makes true certificates again, and none that was altered."""

from __future__ import annotations

import ast
import copy
import subprocess
import sys
from fractions import Fraction
from typing import get_args

import pytest
import sympy

from moeviz.errors import SpecificationError
from moeviz.model import make_mixture
from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.certificates.script import _fields, certificates_of, script
from moeviz.symbolic.certificates.standalone.main import reproduce
from moeviz.symbolic.certificates.types import Certificate, Kind, Member, PieceOf
from moeviz.symbolic.kernel.ground import Log
from moeviz.symbolic.questions.checks import cone, first_order, independence
from moeviz.symbolic.questions.discovery import constants
from moeviz.symbolic.questions.pde import Statement, Term, stated
from moeviz.symbolic.reading.expressions import atom
from moeviz.symbolic.reading.families import derivatives
from moeviz.symbolic.reading.points import generic
from tests.symbolic.certificates import CLAIMS, as_verdict, decided_tests
from tests.symbolic.certificates import verdict as verdict_of

X, A, B = sympy.symbols("x1 a b", real=True)


def design(score="linear", gate="softmax", expert="tanh", output="regression", d=1, **special):
    """An atom and two points."""
    model = atom(make_mixture(score, gate, expert, output), d)
    return model, [generic(model, 0, special), generic(model, 1)]


def relation():
    model, points = design(expert="relu")
    orders = [[(s, t) for s in model.own for t in model.own]] * 2
    family = derivatives(
        [model.affinity * model.values[0]],
        model.inputs,
        model.parameters,
        model.latex,
        points,
        orders,
    )
    return independence("second derivatives", family)


def determinant():
    return first_order(*design(expert="gelu"))


def counter_sequence():
    return cone(*design(expert="relu"), (0,))


def sigmoid_counter_sequence():
    special = {"A": 0, "b_gate": 0, "c": Log(Fraction(1, 3))}
    return cone(*design("quadratic", "sigmoid", "gelu", **special), (0,))


def dual_matrix():
    return cone(*design(expert="tanh"), (0,))


def identity():
    function = sympy.exp(A * X) * sympy.sin(B * X)
    terms = (Term(A**2 + B**2, ()), Term(-2 * A, (X,)), Term(sympy.Integer(1), (X, X)))
    return stated("damped wave", Statement((function,), (X,), (A, B), terms, "F'' = ..."))


def identity_of_relu():
    function = sympy.Function("relu")(A * X + B)
    terms = (Term(A, (A,)), Term(B, (B,)), Term(sympy.Integer(-1), ()))
    return stated("homogeneity", Statement((function,), (X,), (A, B), terms, "..."))


def value():
    function = sympy.exp(A * X)
    terms = (Term(A, (A,)), Term(sympy.Integer(-1), ()))
    return stated("not Euler's", Statement((function,), (X,), (A, B), terms, "..."))


def found_constants():
    function = sympy.exp(A * X + B)
    return constants(
        "a shift",
        [function],
        [X],
        [A, B],
        {},
        (B, B),
        [(B,), (A,)],
        {A: Fraction(2), B: Log(Fraction(3))},
    )


MAKERS = [
    relation,
    determinant,
    counter_sequence,
    sigmoid_counter_sequence,
    dual_matrix,
    identity,
    identity_of_relu,
    value,
    found_constants,
]
KINDS = {
    relation: "relation",
    determinant: "determinant",
    counter_sequence: "counter-sequence",
    sigmoid_counter_sequence: "counter-sequence",
    dual_matrix: "dual matrix",
    identity: "identity",
    identity_of_relu: "identity",
    value: "value",
    found_constants: "constants",
}


def run(verdict, tmp_path):
    """Write a verdict's script and run it without moeviz in reach."""
    path = tmp_path / "script.py"
    path.write_text(script(verdict), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", str(path)], capture_output=True, text=True, cwd=tmp_path, timeout=120
    )


@pytest.fixture(scope="module")
def tests():
    """A test with a certificate from each maker."""
    return [make() for make in MAKERS]


@pytest.fixture(scope="module")
def made(tests, tmp_path_factory):
    """The lines of one script with a certificate of each maker, by maker."""
    for make, test in zip(MAKERS, tests, strict=True):
        assert test.certificate["kind"] == KINDS[make], test
    done = run(as_verdict(*(t.certificate for t in tests)), tmp_path_factory.mktemp("made"))
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(zip(MAKERS, done.stdout.splitlines(), strict=True))


@pytest.mark.parametrize("make", MAKERS, ids=lambda f: f.__name__)
def test_certificates_are_reproduced(make, made):
    assert f"[{KINDS[make]}]: reproduced: " in made[make]
    assert "NOT" not in made[make]


def test_certificates_have_the_entries_that_their_type_names(tests):
    assert set(KINDS.values()) == set(get_args(Kind))
    read = set(_fields({})) | {"kind", "symbols"}
    assert read <= set(Certificate.__annotations__)
    for test in tests:
        assert set(test.certificate) <= set(Certificate.__annotations__)
        for member in test.certificate.get("members", ()):
            assert set(member) <= set(Member.__annotations__)
        for piece in test.certificate.get("pieces", ()):
            assert set(piece) == set(PieceOf.__annotations__)


# Of each paper one claim of each kind of certificate.
SAMPLE = [
    "S2.d1",
    "S4.a.d2",
    "S5.relu.d1",
    "S8.p1.d1",
    "S10.relu.d1",
    "S12.limit",
    "C2.t2",
    "C3.d2",
    "C4.tanh.d1",
    "M1.K3.s1",
    "M4.log.bounded",
    "M4.tanh.bounded",
    "M4.x3.bounded",
    "M7.tanh.K2",
    "K2.h1.d2",
    "K3",
]


# Few claims with certificates of every kind that claims have.
EVERY_KIND = ["C4.tanh.d1", "M1.K3.s1", "S12.limit"]


def test_claims_are_reproduced(tmp_path):
    tests = [t.to_json() for name in EVERY_KIND for t in decided_tests(name)]
    assert {t["certificate"]["kind"] for t in tests} == set(get_args(Kind)) - {"constants"}
    done = run({"id": "", "tests": tests, "repair": None}, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": reproduced: ") == len(tests)


@pytest.mark.parametrize(
    "name",
    [name if name in SAMPLE else pytest.param(name, marks=pytest.mark.crowd) for name in CLAIMS],
)
def test_every_certificate_of_the_catalogue_is_reproduced(name):
    for certificate in certificates_of(verdict_of(name).to_json()):
        good, words = reproduce(certificate)
        assert good, (certificate["title"], words)


def test_a_repair_is_reproduced_too(tmp_path):
    verdict = verdict_of("S6.relu.d1").to_json()
    done = run(verdict, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": reproduced: ") == len(verdict["tests"]) + len(
        verdict["repair"]["tests"]
    )
    assert "repair, " in done.stdout


def flipped(number: str) -> str:
    return number.removeprefix("-") if number.startswith("-") else f"-{number}"


def flip_first_coefficient(c):
    c["members"][0]["coefficient"] = flipped(c["members"][0]["coefficient"])


def flip_term(c):
    c["terms"][0]["coefficient"] = f"-({c['terms'][0]['coefficient']})"


def spoil_matrix(c):
    c["matrices"][0]["rows"][0][0] = str(Fraction(c["matrices"][0]["rows"][0][0]) + 1)


def spoil_corner(c):
    rows = c["matrices"][0]["rows"]
    rows[0][1] = rows[1][0] = "1000"


def spoil_order(c):
    c["sequence"]["function order"] = "3.0"


def other_determinant(c):
    c["determinant"] = "[1.2345678 +/- 1e-7]"


def repeat_input(c):
    c["inputs"][1] = c["inputs"][0]


def drop_relation(c):
    c["relations"].pop()


def flip_relation(c):
    members = max(c["relations"], key=len)
    members[0]["coefficient"] = flipped(members[0]["coefficient"])


def other_value(c):
    c["value"] = "[3.1415927 +/- 1e-7]"


def other_constant(c):
    c["constants"] = dict.fromkeys(c["constants"], "5")


def other_point(c):
    name = next(iter(c["points"][0]))
    c["points"][0][name] = "17/5"


SPOILED = [
    (relation, flip_first_coefficient),
    (determinant, other_determinant),
    (determinant, repeat_input),
    (determinant, other_point),
    (counter_sequence, flip_first_coefficient),
    (counter_sequence, spoil_matrix),
    (counter_sequence, spoil_corner),
    (counter_sequence, spoil_order),
    (sigmoid_counter_sequence, flip_first_coefficient),
    (sigmoid_counter_sequence, spoil_matrix),
    (dual_matrix, spoil_corner),
    (dual_matrix, drop_relation),
    (dual_matrix, flip_relation),
    (identity, flip_term),
    (identity_of_relu, flip_term),
    (value, other_value),
    (value, other_point),
    (found_constants, other_constant),
    (found_constants, flip_first_coefficient),
]


@pytest.fixture(scope="module")
def spoiled(tests, tmp_path_factory):
    """The lines of one script with every altered certificate, by alteration."""
    made = {make: test.certificate for make, test in zip(MAKERS, tests, strict=True)}
    certificates = []
    for make, spoil in SPOILED:
        before = made[make]
        certificate = copy.deepcopy(before)
        spoil(certificate)
        assert certificate != before
        if spoil is flip_first_coefficient:
            assert len(certificate["members"]) > 1, "a relation of one member has no sign"
        certificates.append(certificate)
    done = run(as_verdict(*certificates), tmp_path_factory.mktemp("spoiled"))
    assert done.returncode == 1, done.stdout
    assert not done.stderr
    return dict(zip(SPOILED, done.stdout.splitlines(), strict=True))


@pytest.mark.parametrize("case", SPOILED, ids=lambda pair: "-".join(f.__name__ for f in pair))
def test_altered_certificates_are_not_reproduced(case, spoiled):
    assert f"[{KINDS[case[0]]}]: NOT reproduced: " in spoiled[case]
    assert "cannot be read" not in spoiled[case]


def test_an_undecided_check_has_nothing_to_reproduce(tmp_path):
    verdict = {"id": "T1", "tests": [{"name": "test", "certificate": {}}], "repair": None}
    done = run(verdict, tmp_path)
    assert done.returncode == 1
    assert "no certificate" in done.stdout


HOSTILE = [
    '__import__("os").system("true")',
    "x1.__class__",
    "exp(x1); print(1)",
    "(lambda: 1)()",
    "open(x1)",
    "x1\nimport os",
    "x1 if x1 else a",
    "[x1 for x1 in a]",
    "x1@a",
    "'a'",
    '"""',
    "unknown(x1)",
    "y1",
    "x1#",
    "x1.real",
    "1.5*x1",
    "ex\u03c1(x1)",
    "",
    3,
    None,
]


@pytest.mark.parametrize("text", HOSTILE, ids=str)
def test_strange_texts_do_not_come_into_a_script(text):
    plain = identity().certificate
    for field in ("functions", "terms", "inputs", "parameters", "by", "points"):
        c = copy.deepcopy(plain)
        match field:
            case "functions":
                c["functions"][0] = text
            case "terms":
                c["terms"][0]["coefficient"] = text
            case "inputs" | "parameters":
                if text == "y1":
                    continue
                c["symbols"][field][0] = text
            case "by":
                c["terms"][1]["by"] = [text]
            case "points":
                c["points"] = [{"a": text}]
        with pytest.raises(SpecificationError):
            script(as_verdict(c))


def test_titles_lose_what_is_not_plain():
    verdict = as_verdict(identity().certificate)
    verdict["id"] = '"""\nimport os\n"""'
    verdict["tests"][0]["name"] = "\\'); import os #\n{}"
    text = script(verdict)
    names = {
        alias.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert "os" not in names
    assert "\nimport os" not in text


def test_symbols_named_like_words_of_python_are_renamed(tmp_path):
    e, word = sympy.Symbol("E", real=True), sympy.Symbol("lambda", real=True)
    terms = (Term(e, (e,)), Term(-word, (word,)))
    function = sympy.exp(e * word * X)
    test = stated("a product", Statement((function,), (X,), (e, word), terms, "..."))
    assert test.answer == Answer.HOLDS
    assert run(as_verdict(test.certificate), tmp_path).returncode == 0


def test_a_script_imports_sympy_mpmath_and_the_standard_library_only():
    found = set()
    for node in ast.walk(ast.parse(script(as_verdict(determinant().certificate)))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
    assert found - sys.stdlib_module_names == {"sympy", "mpmath"}
