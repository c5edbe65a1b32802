"""Formulas: what is refused and how, and that a tree, its text, its values and sympy agree."""

from __future__ import annotations

import builtins
import math
import re
import time
from fractions import Fraction
from pathlib import Path

import pytest
import sympy
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from moeviz.errors import FormulaError, SpecificationError
from moeviz.model import make_expert, make_score
from moeviz.model.formula import (
    EXPERT,
    FUNCTIONS,
    SCORE,
    Symbol,
    Tree,
    differentiate,
    evaluate,
    gate_width,
    latex,
    parse_formula,
    program,
    separate,
    spelled_out,
)
from moeviz.model.formula.build import add, call, multiply, number, raised
from moeviz.symbolic.kernel.functions import gelu, log_abs, normal_cdf, relu, sigmoid, softplus
from moeviz.symbolic.reading.formula import (
    expert_expression,
    expert_shape,
    score_expression,
    score_width,
    to_sympy,
)
from tests.support import normal, uniform

ABSURD = {
    "empty": "",
    "spaces": " " * 50,
    "newline": "b1*x1\nimport os",
    "tab": "b1\t*x1",
    "null byte": "b1*x1\0",
    "bell": "b1*x1\a",
    "attribute": "b1.real*x1",
    "class": "().__class__.__bases__[0].__subclasses__()",
    "dunder name": "__builtins__",
    "dunder call": "__import__('os').system('true')",
    "dunder without underscores": "import(os)",
    "eval": "eval(x1)",
    "exec": "exec(b1*x1)",
    "open": "open(x1)",
    "getattr": "getattr(b1,x1)",
    "lambda": "lambda x1: b1",
    "import": "import os",
    "comprehension": "[b1 for b1 in x1]",
    "walrus": "(b1:=x1)",
    "assignment": "b1=x1",
    "comparison": "b1<x1",
    "conditional": "b1 if x1 else b1",
    "string": "'b1*x1'",
    "double quotes": '"b1*x1"',
    "bytes": "b'x1'",
    "f-string": "f'{b1}'",
    "format": "{b1}*x1",
    "percent": "%s*b1*x1",
    "dollar": "$b1*x1$",
    "shell": "b1*x1; rm -rf /",
    "semicolon": "b1*x1;b1",
    "backtick": "`b1`*x1",
    "comment": "b1*x1 # harmless",
    "backslash": "b1\\*x1",
    "latex": r"\beta_1 x_1",
    "brackets": "b[1]*x[1]",
    "at": "b1@x1",
    "not": "~b1*x1",
    "bar": "b1|x1",
    "factorial": "b1!*x1",
    "huge power": "b1*x1^1000000000",
    "small power": "b1*x1^-9",
    "power of nine": "b1*x1**9",
    "tower": "b1*x1^8^8^8^8^8",
    "tower of numbers": "9^9^9^9*b1*x1",
    "numbers in numbers": "((10^8)^8)^8*b1*x1",
    "symbolic power": "b1^x1",
    "fractional power": "b1*x1^0.5",
    "root as a power": "b1*x1^(1/2)",
    "power of a sum": "x1^(b1+1)",
    "many digits": "9" * 300 + "*b1*x1",
    "many decimals": "0." + "1" * 100 + "*b1*x1",
    "float overflow": "1e999*b1*x1",
    "scientific": "1e3*b1*x1",
    "hexadecimal": "0x10*b1*x1",
    "complex": "1j*b1*x1",
    "underscored digits": "1_000*b1*x1",
    "nan": "nan*b1*x1",
    "inf": "b1*x1+inf",
    "minus infinity": "-Infinity*b1*x1",
    "zero divisor": "b1*x1/0",
    "hidden zero divisor": "b1*x1/(2-1-1)",
    "zero to a negative power": "0^-1*b1*x1",
    "deep brackets": "(" * 150 + "b1*x1" + ")" * 150,
    "deep calls": "sin(" * 21 + "b1*x1" + ")" * 21,
    "deep powers": "1/(1+" * 19 + "b1*x1" + ")" * 19,
    "hundred thousand brackets": "(" * 100_000 + "b1" + ")" * 100_000,
    "unclosed brackets": "(" * 100_000,
    "megabytes of x": "x" * 5_000_000,
    "megabytes of sums": "b1*x1+" * 1_000_000 + "b1",
    "megabytes of emoji": "\U0001f600" * 1_000_000,
    "too many parts": "x1-" * 130 + "b1",
    "many minus signs": "-" * 399,
    "unclosed": "(b1*x1",
    "unopened": "b1*x1)",
    "wrong order": ")b1*x1(",
    "nothing in brackets": "b1*()",
    "missing right operand": "b1*",
    "missing left operand": "*b1",
    "two operators": "b1*/x1",
    "three stars": "b1***x1",
    "integer division": "b1//x1",
    "implicit product": "2x1*b1",
    "names side by side": "b1 x1",
    "brackets side by side": "(b1)(x1)",
    "call of a symbol": "b1(x1)",
    "call of a number": "2(x1)*b1",
    "function without brackets": "exp b1*x1",
    "function alone": "exp",
    "function of nothing": "tanh()*b1*x1",
    "function of two": "tanh(b1,x1)",
    "norm of two": "norm(b,x)",
    "dot of one": "dot(b)",
    "dot of numbers": "dot(b1,x1)",
    "dot with itself": "dot(x,x)*b1",
    "norm of a number": "norm(x1)*b1",
    "vector alone": "b*x1",
    "vector in a function": "exp(x)*b1",
    "only commas": ",,,",
    "only a point": ".",
    "two points": "1..2*b1*x1",
    "trailing point": "2.*b1*x1",
    "trailing comma": "tanh(x1,)*b1",
    "unknown name": "foo*b1*x1",
    "unknown function": "sec(x1)*b1",
    "capital": "B1*X1",
    "padded number": "b01*x1",
    "zeroth": "b0*x1",
    "too many inputs": "b1*x33",
    "too many gates": "b7*x1",
    "gap": "b1*x1+b3*x2",
    "no gate": "x1^2",
    "no input": "b1^2",
    "number": "42",
    "name of pages": "b1*x1" + "y" * 300,
    "full-width digit": "b\uff11*x1",
    "full-width bracket": "tanh\uff08x1\uff09*b1",
    "full-width letter": "\uff421*x1",
    "superscript": "b1*x1\u00b2",
    "Arabic digit": "b\u0661*x1",
    "Cyrillic letter": "b1*\u04451",
    "Greek beta": "\u03b21*x1",
    "mathematical bold": "\U0001d41b1*x1",
    "minus sign": "b1\u2212x1",
    "times sign": "b1\u00d7x1",
    "zero-width space": "b1*x\u200b1",
    "zero-width joiner": "b1\u200d*x1",
    "soft hyphen": "b1\u00ad*x1",
    "no-break space": "b1\u00a0*x1",
    "byte order mark": "\ufeffb1*x1",
    "right to left": "\u202eb1*x1",
    "combining accent": "b1*x1\u0301",
    "lone surrogate": "b1*x1\ud800",
    "private use": "b1*x1\ue000",
    "line separator": "b1\u2028*x1",
}  # fmt: skip

NO_EXPERTS = {
    "input": "tanh(x1)",
    "gate": "b1*t",
    "both kinds of predictors": "t+t1",
    "second predictor alone": "t2",
    "second scalar alone": "s2*t",
    "no predictor": "s1^2",
    "third predictor": "t1+t2+t3",
    "norm": "norm(t)",
    "dot": "dot(b,x)*t",
}


def assert_one_sentence(message):
    assert re.fullmatch(r"Expected [ -~]+\.", message), message
    assert len(message) < 300
    assert not re.search(r"[.!?] ", message[:-1].replace("...", ""))


def refusal_of(text, kind):
    """The sentence with which a text is refused, while every way to run one explodes."""

    def explode(*arguments, **keywords):
        raise AssertionError("A formula was run.")

    with pytest.raises(FormulaError):
        parse_formula("+*+", kind)  # what is imported at a first refusal is there now
    with pytest.MonkeyPatch.context() as patch:
        for name in ("eval", "exec", "compile", "open", "input", "__import__"):
            patch.setattr(builtins, name, explode)
        start = time.perf_counter()
        try:
            parse_formula(text, kind)
        except FormulaError as refusal:
            assert time.perf_counter() - start < 1.0
            return str(refusal)
    raise AssertionError(f"{text[:40]!r} was read.")


@pytest.mark.parametrize("text", ABSURD.values(), ids=ABSURD)
def test_absurd_scores_are_refused_in_one_sentence_at_once(text):
    assert_one_sentence(refusal_of(text, SCORE))


@pytest.mark.parametrize("text", NO_EXPERTS.values(), ids=NO_EXPERTS)
def test_formulas_of_other_things_are_no_experts(text):
    assert_one_sentence(refusal_of(text, EXPERT))


@pytest.mark.parametrize("value", [None, 3, b"b1*x1", ["b1*x1"], 1j])
def test_only_text_is_read(value):
    with pytest.raises(FormulaError, match="as text"):
        parse_formula(value, SCORE)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        assert isinstance(parse_formula(text, SCORE), Tree)
    except FormulaError as refusal:
        assert_one_sentence(str(refusal))


@given(st.text("bx12st+-*/^().,0 exptanhorm", max_size=40))
def test_almost_formulas_are_read_or_refused(text):
    for kind in (SCORE, EXPERT):
        try:
            tree = parse_formula(text, kind)
            assert parse_formula(str(tree), kind) == tree
        except FormulaError as refusal:
            assert_one_sentence(str(refusal))


def test_refusals_name_the_place():
    for text, words in {
        "b1*foo": "'foo' at column 4",
        "b1*x1+)": "at column 7",
        "b1 * x_1": r"'_' \(U\+005F\) at column 7",
        "b1*\u04451": r"cyrillic small letter ha \(U\+0445\) at column 4",
        "b\uff11*x1": "type the plain '1'",
        "b1*x1^2.5": "got '5/2'; use sqrt",
        "b1*max(x1)": "'max' .*at column 4|'max\\(' at column 4",
    }.items():
        with pytest.raises(FormulaError, match=words):
            parse_formula(text, SCORE)
    assert issubclass(FormulaError, SpecificationError)


SCALARS = [name for name, count in FUNCTIONS.items() if count == 1 and name != "norm"]
SMOOTH = [name for name in SCALARS if name not in ("abs", "relu", "log", "sqrt")]
FRACTIONS = st.builds(Fraction, st.integers(-30, 30), st.integers(1, 9))


def if_read(build, parts):
    """What `build` makes of parts, or the first of them where numbers would grow too long."""
    try:
        return build(*parts)
    except FormulaError:
        return parts[0]


def grown(leaves, functions):
    """Random trees of few levels."""

    def larger(parts):
        few = st.lists(parts, min_size=2, max_size=3)
        return st.one_of(
            few.map(lambda ts: if_read(add, ts)),
            few.map(lambda ts: if_read(multiply, ts)),
            st.tuples(parts, st.integers(-3, 3)).map(lambda p: if_read(raised, p)),
            st.tuples(st.sampled_from(functions), parts).map(lambda p: call(*p)),
        )

    return st.recursive(leaves, larger, max_leaves=6)


def mentions(tree, *letters):
    return all(any(name.startswith(letter) for name in tree.names) for letter in letters)


SYMBOLS = st.sampled_from(["b1", "b2", "x1", "x2", "x3"]).map(Symbol)
NUMBERS = FRACTIONS.map(number)
VECTORS = st.sampled_from(
    [call("norm", Symbol("x")), call("norm", Symbol("b")), call("dot", Symbol("b"), Symbol("x"))]
)


def small(tree):
    return tree.depth < 12 and len(str(tree)) <= 400


@given(grown(st.one_of(SYMBOLS, NUMBERS, VECTORS), SCALARS).filter(small))
def test_a_tree_reads_back_from_its_text(tree):
    start = add(
        multiply(Symbol("b1"), Symbol("x1")), multiply(Symbol("b2"), Symbol("x1")), tree
    )  # so that it is a score of b1 and b2
    if small(start) and mentions(start, "b1", "b2", "x"):
        assert parse_formula(str(start), SCORE) == start
    assert latex(start)


def test_what_a_text_means(rng):
    x, b = uniform(rng, 2, 30), normal(rng, 2)
    values = {"x1": x[0], "x2": x[1], "b1": b[0], "b2": b[1]}
    for text, expected in {
        "-x1^2*b1": -(x[0] ** 2) * b[0],
        "b1*x1 - b2*x2 - 1": b[0] * x[0] - b[1] * x[1] - 1,
        "b1/2/b2*x1": b[0] / 2 / b[1] * x[0],
        "b1*2^-3*x1": b[0] * 0.125 * x[0],
        "b1*x1**2^2": b[0] * x[0] ** 4,
        "b1*(x1 - (x2 - .5))": b[0] * (x[0] - x[1] + 0.5),
        "b1*-x1": -b[0] * x[0],
        "b1*gelu(x1)": b[0] * torch.nn.functional.gelu(x[0]),
        "b1*softplus(x1)": b[0] * torch.nn.functional.softplus(x[0]),
        "b1*abs(x1)+b2*relu(x2)": b[0] * x[0].abs() + b[1] * x[1].relu(),
    }.items():
        found = evaluate(parse_formula(text, SCORE), values)
        torch.testing.assert_close(found, expected, rtol=1e-13, atol=1e-13)
    tree = spelled_out(parse_formula("dot(b,x)/(norm(b)+0.5)/norm(x)", SCORE), 2)
    expected = (b @ x) / (b.norm() + 0.5) / x.norm(dim=0)
    torch.testing.assert_close(evaluate(tree, values), expected)


POSITIVE = grown(st.one_of(st.sampled_from(["x1", "x2"]).map(Symbol), NUMBERS), SMOOTH)


@given(POSITIVE.filter(lambda tree: tree.names))
def test_derivatives_agree_with_automatic_ones(tree):
    rng = torch.Generator().manual_seed(4)
    values = {name: uniform(rng, 20, low=0.3, high=1.2).requires_grad_() for name in ("x1", "x2")}
    whole = evaluate(tree, values).expand(20)
    for name in sorted(tree.names):
        (automatic,) = torch.autograd.grad(whole.sum(), values[name], retain_graph=True)
        ours = evaluate(differentiate(tree, name), values).expand(20)
        fine = whole.isfinite() & (whole.abs() < 1e6) & (automatic.abs() < 1e6)
        scale = 1.0 + automatic[fine].abs()
        torch.testing.assert_close(ours[fine] / scale, automatic[fine] / scale, rtol=0, atol=1e-7)


@pytest.mark.parametrize("function", SCALARS)
def test_each_function_is_differentiated_twice(function):
    tree = call(function, Symbol("t"))
    t = torch.linspace(0.2, 2.0, 40, dtype=torch.float64)
    t = torch.cat([t, -t]) if function not in ("log", "sqrt") else t
    for _ in range(2):
        slope = differentiate(tree, "t")
        high, low = (evaluate(tree, {"t": t + h}) for h in (1e-6, -1e-6))
        torch.testing.assert_close(
            evaluate(slope, {"t": t}).expand_as(t), (high - low).expand_as(t) / 2e-6,
            rtol=1e-6, atol=1e-8,
        )  # fmt: skip
        tree = slope


DEFINITIONS = {
    sigmoid: lambda z: 1 / (1 + sympy.exp(-z)),
    softplus: lambda z: sympy.log(1 + sympy.exp(z)),
    relu: lambda z: sympy.Max(z, 0),
    normal_cdf: lambda z: (1 + sympy.erf(z / sympy.sqrt(2))) / 2,
    gelu: lambda z: z * (1 + sympy.erf(z / sympy.sqrt(2))) / 2,
    log_abs: lambda z: sympy.log(sympy.Abs(z)),
}


def by_sympy(tree, point):
    """The value of a tree to 30 digits by sympy's own arithmetic."""
    symbols = {name: sympy.Symbol(name, real=True) for name in point}
    expression = to_sympy(tree, symbols)
    for function, definition in DEFINITIONS.items():
        expression = expression.replace(function, definition)
    exact = {
        symbols[name]: sympy.Rational(*value.as_integer_ratio()) for name, value in point.items()
    }
    value = expression.evalf(30, subs=exact)
    return complex(value) if value.is_number else complex(math.nan)


@given(grown(st.one_of(SYMBOLS, NUMBERS), SCALARS), st.integers(0, 10**6))
def test_tensors_and_sympy_agree(tree, seed):
    rng = torch.Generator().manual_seed(seed)
    point = {name: float(uniform(rng, 1, low=0.2, high=1.5)) for name in tree.names}
    value = evaluate(tree, {k: torch.tensor(v, dtype=torch.float64) for k, v in point.items()})
    size = max(evaluate(part, {k: torch.tensor(v, dtype=torch.float64) for k, v in point.items()})
               .abs().item() for part, _ in program(tree).steps)  # fmt: skip
    assume(math.isfinite(size) and size <= 1e4)  # what ten digits can hold
    exact = by_sympy(tree, point)
    if abs(exact.imag) < 1e-25:
        assert value.item() == pytest.approx(exact.real, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("function", SCALARS)
def test_each_function_and_its_slope_agree_with_sympy(function):
    for tree in (call(function, Symbol("t")), differentiate(call(function, Symbol("t")), "t")):
        for at in (0.37, 1.9):
            value = evaluate(tree, {"t": torch.tensor(at, dtype=torch.float64)}).item()
            assert value == pytest.approx(by_sympy(tree, {"t": at}).real, rel=1e-12, abs=1e-14)


def test_the_checkers_reading_of_a_score_and_an_expert():
    x, b = sympy.symbols("x1:3", real=True), sympy.symbols("b1:3", real=True)
    found = score_expression("dot(b,x)/(norm(b)+1/2) + log(abs(x1))*b1", b, x)
    norm = sympy.sqrt(b[0] ** 2 + b[1] ** 2)
    plain = (b[0] * x[0] + b[1] * x[1]) / (norm + sympy.Rational(1, 2))
    assert sympy.simplify(found - plain - b[0] * log_abs(x[0])) == 0
    t, s = sympy.symbols("t s", real=True)
    assert expert_expression("s1*tanh(t)", [t], [s]) == s * sympy.tanh(t)
    assert expert_expression("s1*gelu(t1)+t2", [t, s], [b[0]]) == b[0] * gelu(t) + s
    assert score_width("dot(b,x)", 5) == 5
    assert score_width("b1*x1+b2*x1^2", 5) == 2
    assert expert_shape("s1*tanh(t1)+s2*t2") == (2, 2)
    with pytest.raises(FormulaError, match="has none"):
        expert_expression("s1*tanh(t)", [t], [])


SEPARABLE = [
    "dot(b,x)", "dot(b,x)/(norm(x)+0.1)", "dot(b,x)/(norm(b)+1)/(norm(x)+1)", "b1^2*x1+exp(b2)*x2",
    "(dot(b,x)+1)^2", "exp(b1+x1-2)*x2+b2*x1", "b1*x1/(b2*x2)", "(b1+b2*x1)*(x1-3*b1)^2",
    "norm(b)*x1+tanh(b1)*sin(x2)+b2*0.5",
]  # fmt: skip


@pytest.mark.parametrize("text", SEPARABLE)
def test_separated_terms_add_up_to_the_score(text, rng):
    tree = spelled_out(parse_formula(text, SCORE), 2)
    values = {name: uniform(rng, 50, low=0.2, high=2.0) for name in ("x1", "x2", "b1", "b2")}
    terms = separate(tree, 2)
    assert all(not mentions(u, "x") and not mentions(z, "b") for u, z in terms)
    assert len({u for u, _ in terms}) == len(terms)
    total = sum(evaluate(multiply(u, z), values) for u, z in terms)
    torch.testing.assert_close(total, evaluate(tree, values))


@pytest.mark.parametrize(
    "text", ["tanh(b1*x1)", "1/(b1+x1)", "exp(b1*x1)", "abs(b1-x1)", "norm(x)*b1+sqrt(b1+x1)"]
)
def test_scores_that_are_no_such_sum_are_left_to_the_checker(text):
    tree = parse_formula(text, SCORE)
    with pytest.raises(FormulaError, match=r"lab can fit.*checker can still decide") as refusal:
        separate(tree, 2)
    assert_one_sentence(str(refusal.value))


def test_multiplying_out_has_a_limit():
    tree = parse_formula("(dot(b,x)+1)^8*(b1+x1+1)^8", SCORE)
    start = time.perf_counter()
    with pytest.raises(FormulaError, match="at most 64 terms"):
        separate(tree, 32)
    assert time.perf_counter() - start < 1.0


def test_gate_parameters_are_counted_from_the_formula():
    assert gate_width(parse_formula("norm(b)*x1", SCORE), 3) == 3
    with pytest.raises(FormulaError, match="at least 3 inputs"):
        gate_width(parse_formula("b1*x3", SCORE), 2)
    with pytest.raises(FormulaError, match="take out b3"):
        gate_width(parse_formula("dot(b,x)+b1*b2*b3*x1", SCORE), 2)


def test_typeset():
    assert latex(parse_formula("b1*x1 - 3/2*tanh(x2)*b2", SCORE)) == (
        r"\beta_{1}\,x_{1}-\frac{3}{2}\,\tanh\left(x_{2}\right)\,\beta_{2}"
    )
    assert latex(parse_formula("dot(b,x)/(norm(x)+1)", SCORE)) == (
        r"\frac{\beta^\top x}{\lVert x \rVert+1}"
    )


DOCUMENT = (Path(__file__).parents[2] / "docs" / "formulas.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("section", "kind"), [("## Scores", SCORE), ("## Experts", EXPERT)])
def test_every_documented_formula_is_read(section, kind):
    (part,) = (part for part in DOCUMENT.split("\n## ") if f"## {part}".startswith(section))
    rows = re.findall(r"^\| `([^`]+)` \| (.*) \|$", part, flags=re.MULTILINE)
    assert len(rows) > 6
    for text, words in rows:
        assert parse_formula(text, kind)
        make = (lambda t: make_score("custom", score_formula=t).parts(2)) if kind is SCORE else (
            lambda t: make_expert("custom", expert_formula=t)
        )  # fmt: skip
        if "for the checker" in words:
            with pytest.raises(FormulaError):
                make(text)
        else:
            make(text)
