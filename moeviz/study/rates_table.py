"""The papers' tables of rates as one table of studies.

A cell names the study, and the curve of it, that a claim is about. What is claimed is asked of
:func:`moeviz.theory.rates.claimed_rate`, as for every curve, so that the table and the study that a
cell opens cannot differ.
"""

from __future__ import annotations

from moeviz.study.rate_cell import SETTINGS, RateCell, RateRow
from moeviz.theory import DISTANCES


def function(preset: str, distance: str, words: str, **settings: str) -> RateCell:
    """Return the cell of a row's claim about the function, or the density, itself.

    Parameters
    ----------
    preset : str
        Which measures it.
    distance : str
        Name in :data:`~moeviz.theory.DISTANCES`.
    words : str
        Which expert.
    settings : str
        Fields in which the study differs from the preset.
    """
    noun = "density" if DISTANCES[distance].density else "function"
    return RateCell(f"{words}, the {noun}", preset, {**settings, "losses": distance})


def _cosine_row(words: str, router: str, *decided: tuple[str, ...]) -> RateRow:
    experts = (("linear", "linear"), ("polynomial", "polynomial, degree 2"), ("relu", "ReLU"))
    cells = (
        RateCell(
            title,
            "cosine-over-experts",
            {"routers": router, "experts": name},
            decided_by=claims,
        )
        for (name, title), claims in zip(experts, decided, strict=True)
    )
    # The papers' theorems on functions are of the two cosine routers.
    own = () if router == "linear" else (function("cosine-function", "l2", "ReLU", routers=router),)
    return RateRow(
        f"cosine.{router}.over", "cosine", words, "over-specified", "over", (*cells, *own)
    )


def _sigmoid_row(
    gate: str, regime: str, preset: str, networks: str = "", power: tuple[str, ...] = ()
) -> RateRow:
    """Return the row of a gate; `networks` is the group of the claims for ReLU and GELU."""
    name = gate.split()[0]
    changed = {"gates": name, "sparse": "1" if regime == "sparse" else "0"}
    gelu = (f"{networks}.gelu.d2",) if networks else ()
    relu = {"ReLU": f"{networks}.relu.d2"} if networks else {}
    first = name == "sigmoid" and regime == "sparse"
    words = "polynomial, degree 2"
    own = (function("sigmoid-function", "l2", words, routers="quadratic"),) if first else ()
    cells = (
        RateCell("polynomial", preset, {**changed, "experts": "polynomial"}, decided_by=power),
        RateCell(
            "ReLU, GELU", preset, {**changed, "experts": "gelu"}, decided_by=gelu, beside=relu
        ),
    )
    return RateRow(
        f"sigmoid.{name}.{regime}",
        "sigmoid",
        f"{gate}, quadratic score",
        f"over-specified, {regime}",
        "over",
        (*cells, *own),
    )


def _multinomial_rows(
    words: str, router: str, regime: str, exact: tuple[str, ...], over: str
) -> tuple[RateRow, ...]:
    second = regime == "Regime 2"
    studies: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
        (
            "exact",
            "multinomial-exact-regime2" if second else "multinomial-exact",
            "multinomial-exact-regime2" if second else "multinomial-exact",
            exact,
        ),
        (
            "over",
            "multinomial-regime2" if second else "multinomial-over",
            "multinomial-regime2-density" if second else "multinomial-density",
            (over,),
        ),
    )
    gate = "modified" if router.startswith("modified") else "standard"
    return tuple(
        RateRow(
            f"multinomial.{gate}{regime[-1]}.{setting}",
            "multinomial",
            words,
            f"{regime}, {SETTINGS[setting]}",
            setting,
            (
                RateCell("multinomial logistic", preset, {"routers": router}, decided_by=claims),
                function(density, "hellinger", "multinomial logistic", routers=router),
            ),
        )
        for setting, preset, density, claims in studies
    )


def _modified_row(name: str, words: str, router: str, claims: tuple[str, ...]) -> RateRow:
    """Return the row of a modified gate in Regime 2, with what Definition 4.1 asks of its M."""
    own = {"routers": router}
    cells = (
        RateCell("multinomial logistic", "multinomial-modified", own, decided_by=claims),
        function("multinomial-modified", "hellinger", "multinomial logistic", **own),
    )
    return RateRow(
        f"multinomial.{name}2.over",
        "multinomial",
        f"modified gate, M = {words}",
        f"Regime 2, {SETTINGS['over']}",
        "over",
        cells,
    )


def _of_modified(name: str, local: bool = True) -> tuple[str, ...]:
    """Return the claims that decide a modified gate: Theorem 4.4's, and Definition 4.1's two."""
    return (*([f"M7.{name}.K2"] if local else []), f"M4.{name}.d2", f"M4.{name}.bounded")


def _compete_row(setting: str, preset: str) -> RateRow:
    cells = (
        RateCell(words, preset, {"experts": words.lower()}, decided_by=(claim,))
        for words, claim in (("linear", "K5"), ("FFN", "K4"))
    )
    density = "compete-density" if setting == "over" else preset
    own = function(density, "tv", "linear", routers="competition", experts="linear")
    return RateRow(
        f"compete.competition.{setting}",
        "compete",
        "competition",
        SETTINGS[setting],
        setting,
        (*cells, own),
    )


RATE_ROWS: tuple[RateRow, ...] = (
    _cosine_row("linear router", "linear", (), (), ()),
    _cosine_row("cosine router", "cosine", ("C9.over",), ("C9.over",), ("C9.over",)),
    _cosine_row(
        "perturbed cosine router",
        "perturbed-cosine",
        ("C8.over.linear",),
        ("C8.over.p2",),
        ("C8.over.relu",),
    ),
    RateRow(
        "cosine.cosine.exact",
        "cosine",
        "cosine router",
        "exact-specified",
        "exact",
        (RateCell("ReLU", "cosine-exact", gauge="offset", decided_by=("C9.exact",)),),
    ),
    RateRow(
        "cosine.perturbed-cosine.exact",
        "cosine",
        "perturbed cosine router",
        "exact-specified",
        "exact",
        tuple(
            RateCell(
                words,
                "cosine-exact-experts",
                {"routers": "perturbed-cosine", "experts": words.lower()},
                decided_by=(f"C8.exact.{words.lower()}",),
            )
            for words in ("ReLU", "tanh")
        ),
    ),
    _sigmoid_row("sigmoid gate", "sparse", "sigmoid-sparse", "S10", ("S13.p2",)),
    _sigmoid_row("sigmoid gate", "dense", "dense-over", "S8", ("S8.p2.d2", "S22.full.p2")),
    _sigmoid_row("softmax gate", "sparse", "softmax-sparse"),
    _sigmoid_row("softmax gate", "dense", "dense-over"),
    RateRow(
        "sigmoid.partial.sparse",
        "sigmoid",
        "sigmoid gate, partially quadratic score",
        "over-specified, sparse",
        "over",
        (
            RateCell(
                "polynomial",
                "partial-sparse",
                {"routers": "partial-quadratic", "experts": "polynomial"},
                decided_by=("S9.p2.d2", "S17.p2.d2"),
            ),
            function("sigmoid-function", "l2", "polynomial, degree 2", routers="partial-quadratic"),
        ),
    ),
    *_multinomial_rows(
        "standard softmax gate", "linear", "Regime 1", ("M3.K3", "M8.standard.K3"), "M5.K3"
    ),
    *_multinomial_rows("standard softmax gate", "linear", "Regime 2", ("M2.K3",), "M6.K2"),
    *_multinomial_rows(
        "modified gate, M = sigmoid",
        "modified-sigmoid",
        "Regime 2",
        ("M8.modified.K3",),
        "M7.sigmoid.K2",
    ),
    _modified_row("tanh", "tanh", "modified-tanh", _of_modified("tanh")),
    _modified_row("cos", "cos", "modified-cos", _of_modified("cos")),
    _modified_row("sin", "sin", "modified-sin", _of_modified("sin")),
    _modified_row("power", "x³", "modified-power", _of_modified("x3")),
    _modified_row("log", "log|x|", "modified-log", _of_modified("log")),
    _modified_row("unit", "x/‖x‖", "modified-unit", _of_modified("unit", local=False)),
    _compete_row("exact", "compete-exact"),
    _compete_row("over", "compete-over"),
    RateRow(
        "compete.gaussian.over",
        "compete",
        "linear softmax gate, without competition",
        "over-specified",
        "over",
        (RateCell("linear", "gaussian-over", decided_by=("K7",)),),
    ),
)
"""The table, in the papers' order."""
