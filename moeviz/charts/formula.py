"""The model of a study as it is set, typeset: MathML whose symbols say their name and value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from moeviz.charts.parts import (
    FITTED,
    Typeset,
    constant_mark,
    expert_part,
    gate_part,
    input_mark,
    score_part,
)
from moeviz.model import (
    EXPERTS,
    GATES,
    OUTPUTS,
    SCORES,
    Constant,
    make_expert,
    make_gate,
    make_output,
    make_score,
)
from moeviz.model.formula import Mark, bracketed, marked
from moeviz.study import Specification
from moeviz.study.fields import OWN
from moeviz.study.models import constants_of
from moeviz.study.moving import atoms_of_truth

_TIMES = '<mspace width="0.2em"/>'


@lru_cache(maxsize=256)
def model_formula(spec: Specification) -> str:
    """Return the model that a study fits, as MathML inside of spans.

    Each equation is a span of the class ``moeviz-equation``; a name before it, where there are
    several of a kind, has the class ``moeviz-name``. Each symbol is a row of the class
    ``moeviz-symbol`` with its meaning and value in ``data-meaning``, and in ``data-key`` the same
    for all its places.

    Parameters
    ----------
    spec : Specification
    """
    return "".join(equations(spec.fields))


Said = Callable[[str, Typeset], Typeset]
"""Changes what the symbols of a part say; it is told ``"gate"`` or ``"expert"``."""


def _as_it_is(block: str, part: Typeset) -> Typeset:
    return part


def equations(fields: Mapping[str, Any], said: Said = _as_it_is) -> list[str]:
    """Return the equations of the models that a study's fields name.

    Parameters
    ----------
    fields : mapping
    said : callable
        What symbols of scores and experts say of themselves, in place of what they say of a fit.
    """
    constants, dimension = constants_of(fields), fields["dimension"]
    x = input_mark(dimension, f", uniform from {fields['low']:g} to {fields['high']:g}")
    scores = [make_score(name, **constants) for name in fields["routers"]]
    gates = [make_gate(name, **constants) for name in fields["gates"]]
    classes = fields["output"] == "categorical"
    below = "c" if classes else ""
    experts = [
        said("expert", expert_part(make_expert(name, **constants), x, dimension, below))
        for name in fields["experts"]
    ]
    joined = len(experts) == 1 and not classes and not any(s.reads_expert for s in scores)
    value = Mark("h", f"i{below}", f"value of expert i{' for class c' if classes else ''}")
    weight = marked(Mark("g", "i", "weight of expert i"))
    single = gate_part(gates[0]) if len(gates) == 1 else None
    inner = experts[0] if joined else None
    found = [
        equation(_whole(fields, single.print() if single else weight, inner, value, x, constants))
    ]
    score = _left(Mark("s", "i", "score of expert i"))
    several = len(scores) > 1 or fields["data_router"] != OWN
    for part in scores:
        title = part.title if several else ""
        typed = said("gate", score_part(part, x, dimension))
        found.append(equation(score + typed.print(), title))
    if fields["data_router"] != OWN:
        other = make_score(fields["data_router"], **constants)
        title = f"router of the data, {other.title}"
        found.append(equation(score + score_part(other, x, dimension).print(), title))
    if single is None:
        found += _named(gates, [gate_part(gate) for gate in gates], weight + "<mo>=</mo>")
    if fields["data_gate"] != OWN:
        gate = make_gate(fields["data_gate"], **constants)
        title = f"gate of the data, {gate.title}"
        found.append(equation(f"{weight}<mo>=</mo>{gate_part(gate).print()}", title))
    if not joined:
        names = [EXPERTS[name] for name in fields["experts"]]
        found += _named(names, experts, _left(value))
    return found


def _whole(
    fields: Mapping[str, Any],
    weight: str,
    expert: Typeset | None,
    value: Mark,
    x: Mark,
    constants: Mapping[str, Any],
) -> str:
    """Return what is observed, as a sum over the experts."""
    k, true = fields["atoms"], atoms_of_truth(fields)
    said = f"number of fitted experts: k = {k}; the data come from k* = {true}"
    count = marked(Mark(str(k), "", said)).replace("<mi>", "<mn>").replace("</mi>", "</mn>")
    total = f"<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow>{count}</munderover>"
    inside = marked(value) if expert is None else expert.print()
    output = make_output(fields["output"], **constants)
    density = f"<mi>p</mi>{bracketed(f'%s<mo>|</mo>{marked(x)}')}<mo>=</mo>{total}{weight}"
    if output.name == "categorical":
        each = marked(Mark("c", "", f"class, one of C = {fields['classes']}; the last has value 0"))
        all_classes = marked(Mark("h", "iℓ", "value of expert i for class ℓ"))
        share = (
            f"<mfrac><msup><mi>e</mi><mrow>{inside}</mrow></msup>"
            "<mrow><munder><mo>∑</mo><mi>ℓ</mi></munder>"
            f"<msup><mi>e</mi><mrow>{all_classes}</mrow></msup></mrow></mfrac>"
        )
        return density % each + _TIMES + share
    response = marked(Mark("y", "", "response: 1 number"))
    if output.name == "gaussian":
        variance = marked(Mark("ν", "i", f"variance of expert i: 1 number {FITTED}"))
        normal = "<mi>N</mi>" + bracketed(f"{response}<mo>;</mo>{inside}<mo>,</mo>{variance}")
        return density % response + _TIMES + normal
    if expert is not None and not expert.alone:
        inside = bracketed(inside)
    noise = [
        constant_mark(c, constants[c.name]).meaning
        for c in type(output).constants
        if isinstance(c, Constant)
    ]
    error = marked(Mark("ε", "", f"normal noise with mean 0; {'; '.join(noise)}"))
    return f"{response}<mo>=</mo>{total}{weight}{_TIMES}{inside}<mo>+</mo>{error}"


def _named(variants: Sequence[Any], parts: Sequence[Typeset], left: str) -> list[str]:
    titles = [variant.title if len(parts) > 1 else "" for variant in variants]
    return [equation(left + part.print(), title) for title, part in zip(titles, parts, strict=True)]


def _left(mark: Mark) -> str:
    return f"{marked(mark)}<mo>=</mo>"


def equation(content: str, name: str = "", further: Sequence[str] = ()) -> str:
    """Return an equation in its span.

    Parameters
    ----------
    content : str
        MathML.
    name : str
        Stands before it.
    further : sequence of str
        MathML that goes on: before each piece the line may end.
    """
    before = f'<span class="moeviz-name">{escape(name)}</span>' if name else ""
    pieces = "".join(f"<math>{piece}</math>" for piece in (content, *further))
    return f'<span class="moeviz-equation">{before}{pieces}</span>'


def part_formula(field: str, name: str) -> str:
    """Return the formula of a part of models by itself, as a ``math`` element.

    Parameters
    ----------
    field : {"routers", "gates", "experts", "output"}
        What kind of part it is.
    name : str
        In its registry.

    Raises
    ------
    UnknownNameError
        If there is no such part.
    """
    x = Mark("x")
    if field == "routers":
        score = SCORES[name]()
        return f"<math>{_left(Mark('s', 'i'))}{_silent(score_part(score, x, 2))}</math>"
    if field == "gates":
        return f"<math>{_left(Mark('g', 'i'))}{_silent(gate_part(GATES[name]()))}</math>"
    if field == "experts":
        return f"<math>{_left(Mark('h', 'i'))}{_silent(expert_part(EXPERTS[name](), x, 2))}</math>"
    return f"<math>{_OBSERVED.get(OUTPUTS[name].name, _OBSERVED['regression'])}</math>"


def _silent(part: Typeset) -> str:
    return part.silent.print()


_SUM = "<munder><mo>∑</mo><mi>i</mi></munder><msub><mi>g</mi><mi>i</mi></msub>"
_OBSERVED = {
    "regression": (
        f"<mi>y</mi><mo>=</mo>{_SUM}<msub><mi>h</mi><mi>i</mi></msub><mo>+</mo><mi>ε</mi>"
    ),
    "gaussian": (
        f"<mi>p</mi><mo>(</mo><mi>y</mi><mo>|</mo><mi>x</mi><mo>)</mo><mo>=</mo>{_SUM}"
        "<mi>N</mi><mo>(</mo><mi>y</mi><mo>;</mo><msub><mi>h</mi><mi>i</mi></msub><mo>,</mo>"
        "<msub><mi>ν</mi><mi>i</mi></msub><mo>)</mo>"
    ),
    "categorical": (
        f"<mi>p</mi><mo>(</mo><mi>c</mi><mo>|</mo><mi>x</mi><mo>)</mo><mo>=</mo>{_SUM}"
        "<mfrac><msup><mi>e</mi><msub><mi>h</mi><mrow><mi>i</mi><mi>c</mi></mrow></msub></msup>"
        "<mrow><munder><mo>∑</mo><mi>ℓ</mi></munder>"
        "<msup><mi>e</mi><msub><mi>h</mi><mrow><mi>i</mi><mi>ℓ</mi></mrow></msub></msup></mrow>"
        "</mfrac>"
    ),
}
