"""Which claims speak of a cell of the papers' tables of rates."""

from __future__ import annotations

from collections.abc import Sequence

from moeviz.symbolic.catalogue import CATALOGUE

MAPS = ("sigmoid", "tanh", "cos", "sin", "x³", "log|x|", "x/‖x‖")
"""The maps of modified gates that the table of rates has."""

MODIFIED = "M8.modified M9.modified M10.modified M10.flat"
"""What is about every modified gate."""

_OF_RATES: Sequence[tuple[str, str, str, str, str]] = (
    ("cosine", "cosine", "over", "", "C1 C2 C9.over"),
    ("cosine", "cosine", "exact", "", "C1 C2 C7 C9.exact"),
    ("cosine", "perturbed", "over", "", "C3"),
    ("cosine", "perturbed", "over", "linear", "C4.linear C8.over.linear"),
    ("cosine", "perturbed", "over", "polynomial", "C4.p2 C8.over.p2"),
    ("cosine", "perturbed", "over", "relu", "C4.relu C8.over.relu"),
    ("cosine", "perturbed", "over", "tanh", "C4.tanh C8.over.tanh C8.tau2"),
    ("cosine", "perturbed", "over", "gelu", "C4.gelu C8.over.gelu"),
    ("cosine", "perturbed", "exact", "", "C3"),
    ("cosine", "perturbed", "exact", "linear", "C5.linear C8.exact.linear"),
    ("cosine", "perturbed", "exact", "polynomial", "C5.p2 C8.exact.p2"),
    ("cosine", "perturbed", "exact", "relu", "C5.relu C6.relu C8.exact.relu"),
    ("cosine", "perturbed", "exact", "tanh", "C5.tanh C6.tanh C8.exact.tanh"),
    ("cosine", "perturbed", "exact", "gelu", "C5.gelu"),
    ("sigmoid", "quadratic", "sparse", "", "S2 S3.def1"),
    ("sigmoid", "quadratic", "sparse", "relu", "S5.relu S6.relu S10.scaled-relu S10.relu"),
    ("sigmoid", "quadratic", "sparse", "gelu", "S5.gelu S6.gelu S10.scaled-gelu S10.gelu"),
    ("sigmoid", "quadratic", "sparse", "polynomial", "S4 S7 S13"),
    ("sigmoid", "quadratic", "dense", "", "S1 S8.satisfiable S12 S20.scaled"),
    ("sigmoid", "quadratic", "dense", "relu", "S8.relu"),
    ("sigmoid", "quadratic", "dense", "relu", "S16.scaled-relu S16.relu S20.relu"),
    ("sigmoid", "quadratic", "dense", "relu", "S22.full.scaled-relu S22.full.relu"),
    ("sigmoid", "quadratic", "dense", "gelu", "S16.scaled-gelu S16.gelu S20.gelu"),
    ("sigmoid", "quadratic", "dense", "gelu", "S22.full.scaled-gelu"),
    ("sigmoid", "quadratic", "dense", "polynomial", "S16.linear S16.p2 S16.p3"),
    ("sigmoid", "quadratic", "dense", "polynomial", "S20.linear S20.p2 S20.p3"),
    ("sigmoid", "quadratic", "dense", "polynomial", "S22.full.linear S22.full.p2 S22.full.p3"),
    ("sigmoid", "quadratic", "dense", "gelu", "S8.gelu S11.scaled-gelu S11.gelu"),
    ("sigmoid", "quadratic", "dense", "polynomial", "S8.p1 S8.p2 S8.p3 S11.linear"),
    ("sigmoid", "partial", "sparse", "", "S3.def3"),
    ("sigmoid", "partial", "sparse", "relu", "S9.relu"),
    ("sigmoid", "partial", "sparse", "gelu", "S9.gelu"),
    ("sigmoid", "partial", "sparse", "polynomial", "S9.p1 S9.p2 S9.p3"),
    ("sigmoid", "partial", "sparse", "relu", "S17.scaled-relu S17.relu S19.relu"),
    ("sigmoid", "partial", "sparse", "gelu", "S17.scaled-gelu S17.gelu S19.scaled-gelu S19.gelu"),
    ("sigmoid", "partial", "sparse", "polynomial", "S17.linear S17.p2 S17.p3 S19.linear"),
    ("sigmoid", "partial", "dense", "", "S15.satisfiable S21.scaled"),
    ("sigmoid", "partial", "dense", "relu", "S15.relu S18.scaled-relu S18.relu S21.relu"),
    ("sigmoid", "partial", "dense", "relu", "S22.partial.scaled-relu S22.partial.relu"),
    ("sigmoid", "partial", "dense", "gelu", "S15.gelu S18.scaled-gelu S18.gelu S21.gelu"),
    ("sigmoid", "partial", "dense", "gelu", "S22.partial.scaled-gelu"),
    ("sigmoid", "partial", "dense", "polynomial", "S15.p1 S15.p2 S15.p3 S18.linear S18.p2 S18.p3"),
    ("sigmoid", "partial", "dense", "polynomial", "S15.affine S18.affine"),
    ("sigmoid", "partial", "dense", "polynomial", "S21.linear S21.p2 S21.p3"),
    ("sigmoid", "partial", "dense", "polynomial", "S22.partial.linear S22.partial.p2"),
    ("sigmoid", "partial", "dense", "polynomial", "S22.partial.p3"),
    ("multinomial", "standard", "regime 1", "", "M3 M5 M8.standard M9.standard M10.standard"),
    ("multinomial", "standard", "regime 2", "", "M1 M2 M6"),
    *(("multinomial", f"modified {m}", "regime 2", "", MODIFIED) for m in MAPS),
    ("multinomial", "modified sigmoid", "regime 2", "", "M4.sigmoid M7.sigmoid"),
    ("multinomial", "modified tanh", "regime 2", "", "M4.tanh M7.tanh"),
    ("multinomial", "modified cos", "regime 2", "", "M4.cos M7.cos"),
    ("multinomial", "modified sin", "regime 2", "", "M4.sin M7.sin"),
    ("multinomial", "modified x³", "regime 2", "", "M4.x3 M7.x3"),
    ("multinomial", "modified log|x|", "regime 2", "", "M4.log M7.log"),
    ("multinomial", "modified x/‖x‖", "regime 2", "", "M4.unit"),
    ("compete", "competition", "", "linear", "K3 K5 K9"),
    ("compete", "competition", "over", "linear", "K6"),
    ("compete", "competition", "", "ffn", "K1 K2 K4 K8"),
    ("compete", "softmax", "over", "linear", "K7"),
)
"""Paper, router, regime and expert, each by a word of theirs, and the claims that speak of it."""


def claims_of(paper: str, router: str, expert: str, regime_words: str) -> list[str]:
    """Return the claims that speak of one cell of the table of rates.

    Parameters
    ----------
    paper : str
        Its key.
    router, expert, regime_words : str
        As the table of rates says them: "perturbed cosine router", "ReLU",
        "over-specified".

    Returns
    -------
    list of str
        Ids, in the catalogue's order; none where no claim is about it, such as densities.

    Notes
    -----
    A claim about one expert is about cells of that expert alone; one about all experts, about all.
    """
    regime, words = regime_words.lower(), expert.lower()
    if "density" in regime:
        return []
    found = {
        claim.id
        for of, gate, when, which, prefixes in _OF_RATES
        if of == paper and gate == _gate(paper, router) and when in regime and which in words
        for prefix in prefixes.split()
        for claim in CATALOGUE.find(prefix)
    }
    return [name for name in CATALOGUE.claims if name in found]


def _gate(paper: str, router: str) -> str:
    """Return the word of :data:`_OF_RATES` for a router or gate; empty for none of its."""
    words = router.lower()
    if paper == "cosine":
        return "perturbed" if "perturbed" in words else "cosine" if "cosine" in words else ""
    if paper == "sigmoid":
        if "softmax" in words:
            return ""
        return "partial" if "partial" in words else "quadratic"
    if paper == "compete":
        return "softmax" if "without" in words or "softmax" in words else "competition"
    return f"modified {words.rpartition('m = ')[2]}" if "modified" in words else "standard"
