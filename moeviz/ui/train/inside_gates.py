"""The link from a plane through a trained router to the picture of gates."""

from __future__ import annotations

from moeviz.charts.trained_gates import OnGates, shorter
from moeviz.ui.gates.link import BETA, GATES_PAGE, OFFSETS, START, X, fields, kept_inside
from moeviz.ui.shared.link import Request


def gates_request(shown: OnGates) -> Request:
    """Return what the picture of gates is asked to show.

    Parameters
    ----------
    shown : OnGates
    """
    own = {key.name: key.default for key in GATES_PAGE.keys}
    vectors = tuple(map(shorter, kept_inside(shown.vectors)))
    own[BETA] = own[START] = vectors
    own[X] = tuple(map(shorter, shown.x))
    if any(shown.offsets):
        own[OFFSETS] = tuple(
            map(shorter, kept_inside([(each, 0.0) for each in shown.offsets])[::2])
        )
    (left, left_gate), (right, right_gate) = shown.models
    table = {field.name: field for field in fields()}
    values = {name: field.default for name, field in table.items()}
    values |= {
        "left": left, "left_gate": left_gate, "right": right, "right_gate": right_gate,
        "experts": len(shown.vectors),
    }  # fmt: skip
    for name, value in shown.constants.items():
        values[name] = int(value) if table[name].kind == "int" else shorter(value)
    return Request(own, values)


def gates_link(shown: OnGates) -> dict[str, str]:
    """Return the query of that.

    Parameters
    ----------
    shown : OnGates
    """
    return GATES_PAGE.write(gates_request(shown))
