"""The sparse layer beside a loop over experts, other people's layers and what it cannot beat.

Forward and backward of a whole layer, router included, on as many tokens as a training step has.
The limit is a dense network of equal work, as anybody writes it. Seconds are the clock's, medians
of runs in turns, so that whatever else the machine does disturbs all alike. `over` is our time
divided by the other's: what the layer costs above the limit.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, grouped_mm

from moeviz.bench.moe_steps import memory_rows, step_rows
from moeviz.bench.work import Row, row
from moeviz.peers.flexmix import PeerMissingError
from moeviz.peers.moe import PUBLIC_LAYERS, PublicLayer
from moeviz.train.dispatch import dispatch
from moeviz.train.experts import mix
from moeviz.train.freed import keep_freed
from moeviz.train.layer import SparseLayer
from moeviz.train.routers import SMoE
from moeviz.train.rules import Rules

TOKENS, WIDTH, HIDDEN = 2048, 64, 256
"""A training step's tokens, and the sizes of the live network."""

TURNS = 25

Pass = Callable[[], object]


@dataclass(frozen=True)
class Case:
    """N and K, and the goal for our time over that of a dense network of equal work."""

    experts: int
    top: int
    goal: float


CASES = (Case(8, 2, 1.6), Case(64, 8, 1.4))


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let tensor operations use so many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def in_turns(passes: dict[str, Pass], device: str = "cpu", turns: int = TURNS) -> dict[str, float]:
    """Return the median seconds of each, all of them once a turn; each has run twice before."""
    seconds: dict[str, list[float]] = {name: [] for name in passes}
    for turn in range(turns + 2):
        for name, work in passes.items():
            _wait(device)
            began = time.perf_counter()
            work()
            _wait(device)
            if turn > 1:
                seconds[name].append(time.perf_counter() - began)
    return {name: median(each) for name, each in seconds.items()}


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()


def _learn(answer: Callable[[Tensor], Tensor], parts: list[Tensor], x: Tensor, g: Tensor) -> Pass:
    """Return a pass forward and backward; `g` is what comes back."""
    return lambda: torch.autograd.grad(answer(x), [x, *parts], g, allow_unused=True)


def _loop(layer: SparseLayer) -> Callable[[Tensor], Tensor]:
    """Return the layer's answer by a loop over experts, as it is usually written."""
    experts = layer.experts

    def answer(x: Tensor) -> Tensor:
        kept, chosen = layer.head.scores(x).topk(layer.top, dim=0)
        weights = kept.softmax(0)
        found = torch.zeros_like(x)
        for expert in range(experts.number):
            rank, token = (chosen == expert).nonzero(as_tuple=True)
            hidden = gelu(x[token] @ experts.w_in[expert] + experts.b_in[expert])
            own = hidden @ experts.w_out[expert] + experts.b_out[expert]
            found.index_add_(0, token, own * weights[rank, token].unsqueeze(-1))
        return found

    return answer


def _padded(layer: SparseLayer) -> Callable[[Tensor], Tensor]:
    """Return the layer's answer by one table of tokens by experts, as where nothing else serves."""
    experts = layer.experts

    def answer(x: Tensor) -> Tensor:
        kept, chosen = layer.head.scores(x).topk(layer.top, dim=0)
        table = dispatch(chosen, experts.number)
        rows = experts.answer(table.gather(x), experts.weights, table)
        return mix(table.scatter(rows), kept.softmax(0))

    return answer


def _plain_grouped(layer: SparseLayer) -> Callable[[Tensor], Tensor]:
    """Return the layer's answer by grouped products that torch differentiates itself."""
    experts = layer.experts

    def answer(x: Tensor) -> Tensor:
        kept, chosen = layer.head.scores(x).topk(layer.top, dim=0)
        flat = chosen.reshape(-1)
        order = torch.argsort(flat, stable=True)
        token, own = order % len(x), flat[order]
        ends = torch.bincount(flat, minlength=experts.number).cumsum(0).to(torch.int32)
        hidden = gelu(grouped_mm(x[token], experts.w_in, offs=ends) + experts.b_in[own, 0])
        rows = grouped_mm(hidden, experts.w_out, offs=ends) + experts.b_out[own, 0]
        weights = kept.softmax(0).reshape(-1)[order].unsqueeze(-1)
        return torch.zeros_like(x).index_add(0, token, rows * weights)

    return answer


def _dense(hidden: int, device: str) -> tuple[Callable[[Tensor], Tensor], list[Tensor]]:
    network = nn.Sequential(nn.Linear(WIDTH, hidden), nn.GELU(), nn.Linear(hidden, WIDTH))
    network.to(device)
    return network, list(network.parameters())


def make_layer(case: Case, device: str) -> SparseLayer:
    """Return our layer, whose router tells tokens apart as after some training."""
    layer = SparseLayer(SMoE(), Rules(case.experts, case.top, HIDDEN), WIDTH)
    draw = torch.Generator().manual_seed(1)
    layer.start(draw, draw)
    with torch.no_grad():
        layer.head.vectors.normal_(0.0, 0.3, generator=draw)
    return layer.to(device)


def layer_rows(case: Case, device: str, used: int) -> list[Row]:
    """Return our layer's time beside everybody's on a device, with so many threads used."""
    layer = make_layer(case, device)
    draw = torch.Generator().manual_seed(2)
    x, g = (torch.randn(TOKENS, WIDTH, generator=draw).to(device) for _ in range(2))
    x.requires_grad_()
    parts: list[Tensor] = list(layer.parameters())
    passes = {"ours": _learn(lambda x: layer(x).answer, parts, x, g)}
    notes: dict[str, dict[str, Any]] = {}

    def add(name: str, work: Pass, **more: Any) -> None:
        notes[name] = more
        try:
            work()
        except RuntimeError as error:
            notes[name] = {**more, "note": f"it does not run here: {str(error)[:200]}"}
        else:
            passes[name] = work

    equal, total = case.top * HIDDEN, case.experts * HIDDEN
    for name, hidden, more in (
        ("dense network of equal work, the limit", equal, {"goal": case.goal}),
        ("dense network of all parameters", total, {}),
    ):
        network, own = _dense(hidden, device)
        add(name, _learn(network, own, x, g), **more)
    for name, answer in (
        ("loop over experts", _loop),
        ("padded table", _padded),
        ("grouped_mm, differentiated by torch", _plain_grouped),
    ):
        add(name, _learn(answer(layer), parts, x, g))
    for public in PUBLIC_LAYERS:
        if public.serves(case.experts, case.top):
            name, work = _public(public, case, device, x, g)
            if work is None:
                notes[name] = {"note": f"{public.package} is not installed, so it did not run"}
            else:
                add(name, work, note=public.note)
    seconds = in_turns(passes, device)
    words = f"a layer forward and backward, N={case.experts}, K={case.top}, {TOKENS} tokens"
    words += f", d={WIDTH}, H={HIDDEN}, {used} thread{'s' * (used > 1)}, {device}"
    return [_row(words, seconds["ours"], name, seconds.get(name), more)
            for name, more in notes.items()]  # fmt: skip


def _row(work: str, ours: float, peer: str, peers: float | None, more: dict[str, Any]) -> Row:
    over = None if peers is None else ours / peers
    return row("moe", work, ours, peer, peers, over=over, **more)


def _public(
    public: PublicLayer, case: Case, device: str, x: Tensor, g: Tensor
) -> tuple[str, Pass | None]:
    try:
        module, answer = public.layer(WIDTH, case.experts, case.top, HIDDEN)
    except PeerMissingError:
        return f"{public.package}, {public.way}", None
    module.to(device)
    return public.name, _learn(answer, list(module.parameters()), x, g)


def moe_benchmark() -> list[Row]:
    """Measure layers on one thread, as a worker has, and on two; whole steps; memory; a GPU's."""
    keep_freed()  # as a worker does
    rows: list[Row] = []
    for used in sorted({1, min(2, os.cpu_count() or 1)}):
        with threads(used):
            for case in CASES:
                rows += layer_rows(case, "cpu", used)
    with threads(1):
        rows += step_rows("cpu")
    rows += memory_rows()
    if torch.cuda.is_available():
        for case in CASES:
            rows += layer_rows(case, "cuda", torch.get_num_threads())
        rows += step_rows("cuda")
        rows += step_rows("cuda", "bfloat16")
    return rows
