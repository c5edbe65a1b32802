"""Text that a trained network writes, character by character, and who answered for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from moeviz.errors import SpecificationError
from moeviz.model.threads import one_thread
from moeviz.train.layer import Routed, SparseLayer
from moeviz.train.opened import Opened, opened
from moeviz.train.plan import Run
from moeviz.train.specification import Training
from moeviz.train.stop import Stop, heed
from moeviz.train.tasks import Language

if TYPE_CHECKING:
    from torch import Tensor

MOST_WRITTEN = 500
"""Characters that may be asked for at once."""

LONGEST_BEGINNING = 4
"""A beginning may be this many contexts long."""

HOTTEST = 3.0
"""The highest temperature."""

MOST_SEED = 2**31 - 1

NOTHING = "\n"
"""What a text begins with where nothing is given: a new line."""


@dataclass(frozen=True)
class Written:
    """A text that a network wrote.

    Attributes
    ----------
    beginning : str
        What it was given, as it reads it: a character that it does not know is another one.
    text : str
        What it wrote.
    unknown : int
        How many characters of the beginning it does not know.
    chosen : tuple of tuple of int
        For each layer the first expert of each character, of `beginning` and then of `text`; a
        dense layer's are empty.
    """

    beginning: str
    text: str
    unknown: int
    chosen: tuple[tuple[int, ...], ...]


def generate(
    spec: Training,
    run: Run,
    state: bytes,
    prompt: str,
    count: int = 200,
    temperature: float = 0.8,
    seed: int = 0,
    should_stop: Stop | None = None,
) -> Written:
    """Have a network at a checkpoint go on from a beginning.

    Parameters
    ----------
    spec : Training
        Of the language task.
    run : Run
    state : bytes
        The checkpoint.
    prompt : str
        The beginning; an empty one is a new line.
    count : int
        Characters to write.
    temperature : float
        Logits are divided by it before one is drawn; 0 takes the likeliest.
    seed : int
        What is drawn follows from it.
    should_stop : callable, optional
        Asked before each character.

    Raises
    ------
    SpecificationError
        If the run learns no text, a number is out of its range, the beginning is too long, or the
        checkpoint is none.
    Cancelled
        Once `should_stop` is true.
    """
    _check(count, temperature, seed)
    if spec["task"] != Language.name:
        raise SpecificationError(
            "Expected a network that learned a text, but this one learned something else; train "
            f"one on the task '{Language.name}'."
        )
    most = LONGEST_BEGINNING * int(spec["context"])
    if len(prompt) > most:
        raise SpecificationError(
            f"Expected a beginning of at most {most} characters, but got {len(prompt):,}; take a "
            "shorter one."
        )
    network = opened(spec, run, state)
    assert isinstance(network.task, Language)
    text = network.task.text
    beginning = prompt or NOTHING
    unknown = sum(symbol not in text.symbols for symbol in prompt)
    read = text.numbers(beginning).tolist()
    with one_thread():
        numbers, chosen = _go_on(network, read, count, temperature, seed, should_stop)
    return Written(
        text.words(numbers[: len(read)]), text.words(numbers[len(read) :]), unknown, chosen
    )


def _check(count: int, temperature: float, seed: int) -> None:
    if not 1 <= count <= MOST_WRITTEN:
        raise SpecificationError(
            f"Expected from 1 to {MOST_WRITTEN} characters to write, but got {count}."
        )
    if not 0.0 <= temperature <= HOTTEST:
        raise SpecificationError(
            f"Expected a temperature from 0 to {HOTTEST:g}, but got {temperature:g}."
        )
    if not 0 <= seed <= MOST_SEED:
        raise SpecificationError(f"Expected a seed from 0 to {MOST_SEED}, but got {seed}.")


@torch.no_grad()
def _go_on(
    network: Opened,
    numbers: list[int],
    count: int,
    temperature: float,
    seed: int,
    should_stop: Stop | None,
) -> tuple[list[int], tuple[tuple[int, ...], ...]]:
    """Return the beginning's characters with `count` more, and each layer's first experts."""
    context = network.task.context
    draw = torch.Generator().manual_seed(seed)
    experts: list[list[int]] = [[] for _ in network.network.layers]

    def ask(window: list[int], new: int) -> Tensor:
        """Return what the network answers after a window, whose last `new` were not read before."""
        answers, routed = network.network(torch.tensor([window]))
        for layer, did in _sparse(network, routed):
            experts[layer].extend(did.chosen[0, -new:].tolist())
        logits: Tensor = answers[0, -1].double()
        return logits

    # What is longer than a context is read window by window, the last of which is a whole one.
    for end in range(len(numbers) % context or context, len(numbers), context):
        ask(numbers[max(0, end - context) : end], min(end, context))
    logits = ask(numbers[-context:], min(len(numbers), context))
    numbers = list(numbers)
    for _ in range(count):
        heed(should_stop, "Writing")
        numbers.append(_drawn(logits, temperature, draw))
        logits = ask(numbers[-context:], 1)
    return numbers, tuple(tuple(known) for known in experts)


def _sparse(network: Opened, routed: list[Routed]) -> list[tuple[int, Routed]]:
    """Return what the sparse layers did, each with its place."""
    layers = network.network.layers
    return [(at, did) for at, did in enumerate(routed) if isinstance(layers[at], SparseLayer)]


def _drawn(logits: Tensor, temperature: float, draw: torch.Generator) -> int:
    if temperature == 0.0:
        return int(logits.argmax())
    shares = torch.softmax((logits - logits.max()) / temperature, 0)
    return int(torch.multinomial(shares, 1, generator=draw))
