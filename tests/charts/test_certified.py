"""What a class reads of a claim: typeset numbers and symbols, none as a certificate stores it."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moeviz.charts.certified import enclosed, number_or_interval, symbol, typeset_formula
from moeviz.charts.claim_repairs import repair_line
from moeviz.charts.claim_sides import sides
from moeviz.charts.plain import plain_formula, plain_text
from moeviz.cli.verdict_text import verdict_text
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.shipped import shipped
from moeviz.ui.checker.certificate import certificate_words
from moeviz.ui.checker.words import answer_words
from moeviz.ui.shared.typeset import mixed

RAW = {
    "an interval as it is stored": re.compile(r"\+ ?\\?/"),
    "a name with an underscore": re.compile(r"[A-Za-z]+\d*\\?_+(\d|[a-z]{2,}|ₜ)"),
    "a power as it is typed": re.compile(r"\w\*\*\d|\d\\?\^\\?-?\d"),
    "a number with an e": re.compile(r"\d\\?e\\?[-+]?\d"),
    "more digits than anybody reads": re.compile(r"\d\\?\.\d{8}"),
    "a Greek letter by its name": re.compile(r"(?<!\\)\b(alpha|beta|gamma|sigma|lambda|tau|nu)\b"),
}


def said(verdict):
    """What a verdict says in words, as markdown of the page, and in plain characters."""
    tests = [*verdict["tests"], *(verdict["repair"] or {"tests": []})["tests"]]
    words = [verdict["statement"], verdict["condition"], verdict["paper_words"]]
    words += [str(value) for value in sides(verdict).values() if isinstance(value, str)]
    words += [repair_line(verdict)]
    for test in tests:
        words += [test["name"], test["condition"], test["special"]]
        words += [line for step in test["steps"] for line in (step["title"], *step["lines"])]
    page = [mixed(each) for each in words]
    page += [certificate_words(test["certificate"]) for test in tests]
    page += [answer_words(verdict["verdict"], verdict["condition"])]
    plain = [plain_text(each) for each in words] + [verdict_text(verdict)]
    return page, plain


def without_formulas(markdown):
    return "".join(markdown.split("$")[::2])


@pytest.mark.parametrize("claim", list(CATALOGUE.claims))
def test_no_words_of_a_claim_are_as_a_certificate_stores_them(claim):
    page, plain = said(shipped(claim).verdict)
    for text in [*map(without_formulas, page), *plain]:
        for what, raw in RAW.items():
            found = raw.search(text)
            assert found is None, f"{what}: …{text[max(0, found.start() - 40) : found.end() + 40]}…"
    for text in page:
        assert "+/-" not in text
        assert not re.search(r"(?<![\\\w])(beta|tau|eta)\d*_\d|_gate|__", text)


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("[0.0013669806 +/- 3.43e-11]", "0.001367"),
        ("[1.0000000 +/- 3e-13]", "1.000"),
        ("[-8.4461318e-21 +/- 2.31e-29]", r"-8.446 \cdot 10^{-21}"),
        ("[+/- 5.63]", r"[-5.63,\,5.63]"),
        ("[0.2 +/- 0.0870]", r"[0.113,\,0.287]"),
        ("[1.5 +/- 0.06]", r"[1.44,\,1.56]"),
        ("-7/3", r"-\tfrac{7}{3}"),
        (f"1/1{'0' * 300}", "10^{-300}"),
        (f"-1{'0' * 30}", "-10^{30}"),
        ("0", "0"),
    ],
)
def test_numbers_have_the_digits_that_are_certain(stored, read):
    assert number_or_interval(stored) == read


@given(st.floats(-1e9, 1e9).filter(lambda x: abs(x) > 1e-9), st.floats(1e-12, 1.0))
def test_what_is_shown_of_an_interval_is_true_of_all_of_it(middle, share):
    radius = abs(middle) * share
    read = number_or_interval(f"[{middle:.17g} +/- {radius:.17g}]")
    ends = read.strip("[]").split(r",\,")
    numbers = [float(end.replace(r" \cdot 10^{", "e").rstrip("}")) for end in ends]
    low, high = middle - radius, middle + radius
    slack = 1e-12 * abs(middle)
    if len(numbers) == 2:
        assert numbers[0] <= low + slack
        assert numbers[1] >= high - slack
    else:
        shown = len(re.sub(r" .*|[-.]|^-?0[.]0*", "", read))
        step = 10.0 ** (math.floor(math.log10(abs(numbers[0]))) + 1 - shown)
        assert 2 <= shown <= 4
        assert max(abs(numbers[0] - low), abs(numbers[0] - high)) <= 0.5 * step + slack


def test_several_values_are_one_predicate():
    assert enclosed("1; 1; -1") == "is $1$, $1$, $-1$"
    assert enclosed("[0.97678687 +/- 2.34e-9]; ...") == "is $0.9768$ and so on"
    assert enclosed("[+/- 5.63]") == r"lies in $[-5.63,\,5.63]$"


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("x1", "x_1"), ("b_gate", r"b_{\text{gate}}"), ("beta1_2", r"\beta_1^{(2)}"),
        ("beta_1", r"\beta_1"), ("a_1", "a^{(1)}"), ("x1__there", "x_1'"), ("A11", "A_{11}"),
        ("A_max", r"A_{\max}"), ("b_gate_1__there", r"b_{\text{gate}}^{(1)}'"),
        ("nu", r"\nu"), ("c", "c"),
    ],
)  # fmt: skip
def test_names_are_symbols(name, latex):
    assert symbol(name) == latex


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("sigmoid(-31/60*x1 + 1*log(6/25))", r"\sigma(-\frac{31}{60}\,x_1 + \log(\frac{6}{25}))"),
        ("log_abs(x1)", r"\log|x_1|"),
        ("x1**3", "x_1^{3}"),
        ("1 - (x1 - 2)", "1 - (x_1 - 2)"),
        ("not a ) formula_", r"\text{not a ) formula }"),
    ],
)
def test_formulas_are_typeset(text, latex):
    assert typeset_formula(text) == latex


def test_the_condition_of_the_free_step_is_read_with_its_symbol():
    condition = shipped("K10").verdict["condition"]
    assert r"$A_{\max}$ times the layer" in mixed(condition)
    assert plain_text(condition).startswith("Aₘₐₓ times the layer's activations")


def test_an_index_that_is_a_command_stands_in_braces():
    for name in ("A_max", "b_gate", "beta1_12"):
        assert not re.search(r"[_^]\\", symbol(name)), "KaTeX refuses it"


def test_words_and_latex_keep_what_is_no_name():
    kept = r"I am $x_1 A_{11}\,b_1^2$, a claim M5 of d = 2 and a well-known one"
    assert plain_text(kept) == f"I am {plain_formula(kept.split('$')[1])}{kept.split('$')[2]}"
    assert plain_text("exp(sᵢ) and exp(−s₁)") == "exp(sᵢ) and exp(−s₁)"
    assert mixed("(-beta_2, 3)") == r"\($-\beta_2$, 3\)"
