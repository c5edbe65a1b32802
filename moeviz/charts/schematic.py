"""Small drawings of what has no curve of its own: outputs, regimes and estimators."""

from __future__ import annotations

from collections.abc import Mapping

from moeviz.charts.pictures import drawing


def _dots(*points: tuple[float, float], kind: str = "first", size: float = 3) -> str:
    return "".join(f'<circle class="{kind}" cx="{x}" cy="{y}" r="{size}"/>' for x, y in points)


def _line(path: str, kind: str = "first") -> str:
    return f'<path class="{kind}" d="{path}"/>'


def _rings(*points: tuple[float, float]) -> str:
    return "".join(f'<circle class="ring" cx="{x}" cy="{y}" r="8"/>' for x, y in points)


_AXIS = _line("M4 52H116", "ground")
_TRUE = _rings((35, 28), (85, 28))

OUTPUT_PICTURES: Mapping[str, str] = {
    "regression": drawing(
        _AXIS,
        _line("M6 44C30 44 40 14 60 14S90 30 114 10"),
        _dots((16, 48), (28, 34), (40, 28), (52, 10), (66, 20), (80, 20), (94, 26), (106, 10),
              kind="second", size=2),
    ),
    "gaussian": drawing(
        _AXIS,
        _line("M14 50C30 50 30 10 40 10S50 50 66 50"),
        _line("M44 50C70 50 66 28 82 28S94 50 114 50", "second"),
    ),
    "categorical": drawing(
        _AXIS,
        '<rect class="first" x="18" y="14" width="20" height="38"/>',
        '<rect class="second" x="50" y="30" width="20" height="22"/>',
        '<rect class="third" x="82" y="40" width="20" height="12"/>',
    ),
}  # fmt: skip
"""A line with noise; humps that overlap; shares of classes."""

REGIME_PICTURES: Mapping[str, str] = {
    "exact": drawing(_TRUE, _dots((37, 27), (84, 30))),
    "one": drawing(_TRUE, _dots((31, 24), (40, 31), (84, 30))),
    "two": drawing(_TRUE, _dots((31, 24), (40, 31), (34, 34), (84, 30))),
    "misspecified": drawing(
        _rings((35, 16), (85, 16)),
        _dots((41, 40), (90, 42)),
        _line("M41 36L36 25M90 38L86 25", "second"),
    ),
    "other": drawing(_TRUE, _dots((31, 24), (40, 31), (34, 34), (30, 31), (84, 30))),
    "dense": drawing(_AXIS, _line("M6 46L114 12"), _line("M6 12L114 46", "second")),
    "sparse": drawing(_AXIS, _line("M6 46L114 12"), _line("M6 29H114", "second")),
    "1": drawing(_AXIS, _line("M6 46L56 14L114 40"), _line("M6 20L114 48", "second")),
    "2": drawing(_AXIS, _line("M6 46L56 14L114 40"), _line("M6 32H114", "second")),
}
"""Fits (dots) by true experts (rings); gates and experts that do or do not move with the input."""

ESTIMATOR_PICTURES: Mapping[str, str] = {
    "converged": drawing(
        _line("M8 10C24 60 96 60 112 10", "second"),
        _line("M14 20L34 42L54 46L60 47"),
        _dots((14, 20), (34, 42), (60, 47)),
    ),
    "converged-whole": drawing(
        _line("M8 10C24 60 96 60 112 10", "second"),
        _line("M14 20L24 33L34 42L44 45L54 46L60 47"),
        _dots((14, 20), (24, 33), (34, 42), (44, 45), (60, 47)),
    ),
    "em": drawing(
        _line("M8 10C24 60 96 60 112 10", "second"),
        _line("M12 16V30H22V38H32V43H44V46H56"),
        _dots((12, 16), (56, 46)),
    ),
    "sgd": drawing(
        _line("M8 10C24 60 96 60 112 10", "second"),
        _line("M14 20L26 30L22 38L40 34L36 46L58 38L52 48L70 42L64 46"),
        _dots((14, 20), (64, 46)),
    ),
}
"""Ways down into a valley: straight, in steps, astray."""

NOTHING = drawing()
"""For a variant of which nobody has made a drawing."""
