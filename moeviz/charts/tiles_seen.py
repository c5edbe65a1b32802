"""Small pictures of the pages that answer to the hand, of these pages' own documents."""

from __future__ import annotations

import math

import torch

from moeviz.charts.closeness import Setup as Atoms
from moeviz.charts.closeness import closeness_document
from moeviz.charts.closeness_atoms import KINDS, spread_fit
from moeviz.charts.closeness_words import printed_name
from moeviz.charts.designs_seen import Moved, designs_seen
from moeviz.charts.gates import COSINE, FIRST, PERTURBED, STARTS, gates_document
from moeviz.charts.gates import Setup as Gates
from moeviz.charts.gates_formula import movement
from moeviz.charts.information import information_document
from moeviz.charts.loss_data import loss_of
from moeviz.charts.sequences import FIRST_STEP, sequence_document
from moeviz.charts.tile import Tile
from moeviz.charts.walks import power_of_ten
from moeviz.model import make_routing
from moeviz.model.attention import Head
from moeviz.symbolic.catalogue.walked import SEQUENCES


def gates_tile() -> Tile:
    """Return the tile of the page gates."""
    setup = Gates(((COSINE, "softmax"), (PERTURBED, "softmax")), vectors=FIRST[:3])
    blind, sees = movement(setup, 0), movement(setup, 1)
    times = math.hypot(*FIRST[0]) / math.hypot(*STARTS[0])
    shown = gates_document(Gates((setup.models[1],), vectors=FIRST[:3]))
    document = {**shown, "x": (-2.4, 2.4), "y": (-1.44, 1.44), "bare": True}
    document["handles"] = [
        handle | {"name": "", "panels": [] if handle["id"] == "x" else [0]}
        for handle in shown["handles"]
    ]
    return Tile(
        f"β₁ *{times:.0f}* times as long: a weight of the cosine router moves by *{blind:.3f}*, of "
        f"the perturbed one by *{sees:.3f}*.",
        {"scene": "gates", "document": document, "place": 0},
    )


def attention_tile() -> Tile:
    """Return the tile of the page attention."""
    count = 6
    angle = torch.arange(count, dtype=torch.float64) * (2.0 * math.pi / count)
    tokens = torch.stack([angle.cos(), angle.sin()], dim=1)
    same = 2.0 * torch.eye(2, dtype=torch.float64)
    heads = {
        name: Head(same, same, torch.eye(2, dtype=torch.float64), make_routing(name))
        for name in ("softmax", "sigmoid")
    }
    weights = {name: head.weights(head.scores(tokens)) for name, head in heads.items()}
    sums = {name: float(each.sum(dim=-1)[0]) for name, each in weights.items()}
    cells = [w for each in reversed(weights["softmax"].tolist()) for w in each]
    heat = {"nx": count, "ny": count, "index": [0] * len(cells)}
    return Tile(
        f"Each token weighs the others: a row sums to *{sums['softmax']:.2f}* under softmax, to "
        f"*{sums['sigmoid']:.2f}* under sigmoid.",
        {"panel": {"x": [0, 1], "y": [0, 1], "heat": {**heat, "strength": cells}}},
    )


def cells_tile() -> Tile:
    """Return the tile of the page cells."""
    kind = KINDS["softmax"]
    name, *others = kind.losses[:3]
    fit, truth = spread_fit(kind), kind.measure(kind.truth)
    terms = loss_of(name, 2.0).terms(kind.measure(fit), truth)
    document = closeness_document(Atoms(kind.name, fit, (name, *others)))
    document |= {"y": [-1.44, 1.44]}
    document["handles"] = [handle | {"name": ""} for handle in document["handles"]]
    value = float(terms.total().reshape(-1)[0])
    return Tile(
        f"One expert too many, on both sides of a true one: the loss {printed_name(name)} says "
        f"*{value:.3f}*.",
        {"scene": "cells", "document": document, "place": 0},
    )


def information_tile() -> Tile:
    """Return the tile of the page information."""
    name = next(iter(designs_seen()))
    document = information_document(name, Moved(), quick=True)
    reach, *_ = document["sentence"].split(", where")
    error = document["panels"][0]
    return Tile(f"{reach}.", {"panel": {key: error[key] for key in ("x", "y", "lines")}})


def sequences_tile() -> Tile:
    """Return the tile of the page sequences."""
    name = next(iter(SEQUENCES))
    document = sequence_document(name)
    stage = next(s for s in document["stages"] if s["halvings"] == FIRST_STEP)
    _, loss, change, *_ = stage["numbers"]
    (handle,) = document["handles"]
    return Tile(
        f"At {stage['name']} the answers differ by a loss of *{power_of_ten(loss)}*, the functions "
        f"by *{power_of_ten(change)}*.",
        {"scene": "sequences", "document": {**document, "handles": [handle]}, "place": 1},
    )
