"""A row of attention as a sum of gate times expert, typeset with today's numbers."""

from __future__ import annotations

from collections.abc import Sequence

from moeviz.charts.attention import GATES, WIDTH, Setup, looked, raised_weights
from moeviz.charts.formula import equation
from moeviz.model.formula import Mark, bracketed, marked, meaning
from moeviz.text import signed

_EQUALS, _PLUS, _TIMES = "<mo>=</mo>", "<mo>+</mo>", "<mo>·</mo>"
_TRANSPOSED = '<mo lspace="0" rspace="0">⊤</mo>'


def attention_formula(setup: Setup) -> str:
    """Return the chosen row of both gates with its numbers, as MathML inside of spans.

    Parameters
    ----------
    setup : Setup
    """
    attention = looked(setup, GATES[0])
    size = len(setup.words) * WIDTH
    who, whom = setup.words[setup.row], setup.words[setup.token]
    score = signed(float(attention.scores[setup.row, setup.token]))
    raised = f", raised by {signed(setup.by, 1)}" if setup.by else ""
    z = Mark("z", "", f"the sentence as one vector of {size} numbers")
    m = Mark(
        "M", "ij", f"{size} × {size}, all 0 but a block B; for {who} and {whom} the score z⊤Mz is "
        f"{score}{raised}",
    )  # fmt: skip
    p = Mark("P", "j", f"{size} × {WIDTH}, all 0 but a block W_V: an expert that is linear in z")
    weight = Mark("g", "ij", "softmax over the scores of row i, or the sigmoid of each")
    form = marked(z, above=_TRANSPOSED) + marked(m) + marked(z)
    row = marked(Mark("y", "i", f"row i of attention, on show for {who}"))
    total = f"<munder><mo>∑</mo><mi>j</mi></munder>{marked(weight)}"
    found = [
        equation(
            f"{row}{_EQUALS}{total}{bracketed(form)}{marked(z, above=_TRANSPOSED)}{marked(p)}",
            "every row",
        ),
        equation(_matrix_b(setup, attention.head.b.tolist())),
    ]
    for gate in GATES:
        weights = raised_weights(setup, gate)[setup.row].tolist()
        found.append(equation(_summed(setup, weights, attention.values.tolist()), gate))
    return "".join(found)


def _matrix_b(setup: Setup, rows: Sequence[Sequence[float]]) -> str:
    b = Mark("B", "", "the block of every M")
    queries = Mark("W", "Q", f"queries: {_numbers(setup.w_q)}, row after row")
    keys = Mark("W", "K", f"keys: {_numbers(setup.w_k)}, row after row")
    product = marked(queries) + marked(keys, above=_TRANSPOSED)
    table = "".join(
        f"<mtr>{''.join(f'<mtd><mn>{signed(v)}</mn></mtd>' for v in row)}</mtr>" for row in rows
    )
    root = f"<msqrt><mn>{WIDTH}</mn></msqrt>"
    return (
        f"{marked(b)}{_EQUALS}<mfrac><mrow>{product}</mrow>{root}</mfrac>{_EQUALS}"
        f"{bracketed(f'<mtable>{table}</mtable>')}"
    )


def _summed(setup: Setup, weights: Sequence[float], values: Sequence[Sequence[float]]) -> str:
    who = setup.words[setup.row]
    parts = [
        _said(f"<mn>{signed(weight)}</mn>", f"gate of {word} in the row of {who}", f"g{at}")
        + _TIMES
        + _said(_pair(value), f"answer of the expert {word}", f"v{at}")
        for at, (word, weight, value) in enumerate(zip(setup.words, weights, values, strict=True))
    ]
    total = [
        sum(weight * value[c] for weight, value in zip(weights, values, strict=True))
        for c in range(WIDTH)
    ]
    return _PLUS.join(parts) + _EQUALS + _said(_pair(total), f"what {who} becomes", "y")


def _said(content: str, words: str, key: str) -> str:
    return meaning(content, words, f"attention-{key}")


def _pair(value: Sequence[float]) -> str:
    return bracketed("<mo>,</mo>".join(f"<mn>{signed(entry)}</mn>" for entry in value))


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(signed(value) for value in values)
