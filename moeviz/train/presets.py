"""Presets of training: the papers' comparisons at a size that a class can watch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moeviz.fields import Field, Value, check_values, read_texts, with_defaults
from moeviz.model.affinities import AFFINITIES
from moeviz.model.registry import Registry
from moeviz.train.fields import FIELDS
from moeviz.train.measure import TRUE_GATE
from moeviz.train.published import TABLES, PrintedTable
from moeviz.train.specification import Training


@dataclass(frozen=True)
class TrainingPreset:
    """A named comparison whose fields can be changed.

    Attributes
    ----------
    name, title : str
        Name in the registry; title.
    asks : str
        The question that it answers; its screen is headed with it.
    question : str
        What a class is asked to predict before it runs.
    about : str
        A few plain sentences: what is compared, and what differs from the paper.
    paper : str
        Key of the paper; empty for none.
    values : mapping of str to Value
        The fields in which it differs from the defaults. The first method is the one that the
        others are compared with.
    tables : tuple of str
        Printed tables to stand beside it, in :data:`~moeviz.train.published.TABLES`.
    first : str
        The methods with which a page begins, lines of `values`; the others are a tap away.
    reads : str
        The diagnostic that answers its question, of which a page speaks first; empty where the
        measure does.
    """

    name: str
    title: str
    asks: str
    question: str
    about: str
    paper: str
    values: Mapping[str, Value]
    tables: tuple[str, ...] = ()
    first: str = ""
    reads: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field with this preset's default."""
        return with_defaults(FIELDS.values(), self.values)

    @property
    def defaults(self) -> dict[str, Value]:
        """Every field's default by name."""
        return {field.name: field.default for field in self.fields}

    @property
    def printed(self) -> tuple[PrintedTable, ...]:
        """The papers' tables beside it."""
        return tuple(TABLES[name] for name in self.tables)

    def build(self, values: Mapping[str, Any] | None = None, own: bytes | None = None) -> Training:
        """Return the specification with `values` in place of the defaults.

        Parameters
        ----------
        values : mapping of str to Value, optional
        own : bytes or None
            A text of one's own.

        Raises
        ------
        SpecificationError
            If a value is not one of its field, or the comparison is not one that can be run.
        """
        return Training.make(self.name, {**self.defaults, **(values or {})}, own)

    def parse(self, texts: Mapping[str, str]) -> dict[str, Value]:
        """Return the values that texts stand for, by field.

        Raises
        ------
        SpecificationError
            If a field is unknown or a text is not one of its values.
        """
        return read_texts(self.fields, texts)

    def changed(self, spec: Training) -> dict[str, str]:
        """Return, as text, the fields of `spec` that differ from this preset's defaults."""
        default = self.build({}).fields
        return {
            field.name: field.write(spec[field.name])
            for field in self.fields
            if spec[field.name] != default[field.name]
        }


PRESETS: Registry[TrainingPreset] = Registry("training preset")


def tables_of(spec: Training) -> tuple[PrintedTable, ...]:
    """Return the papers' tables to stand beside a comparison: those of the preset it came from."""
    preset = PRESETS.get(spec.name)
    return preset.printed if preset is not None else ()


def _add(
    name: str, title: str, asks: str, question: str, about: str, methods: str, paper: str = "",
    tables: tuple[str, ...] = (), first: str = "", reads: str = "", **values: Any,
) -> None:  # fmt: skip
    """Register a preset; methods are lines with semicolons between them."""
    lines = "\n".join(line.strip() for line in methods.split(";"))
    own: dict[str, Value] = {"methods": lines, **values}
    shown = "\n".join(line.strip() for line in first.split(";")) if first else lines
    checked = check_values(FIELDS, own)
    PRESETS.add(
        name,
        TrainingPreset(name, title, asks, question, about, paper, checked, tables, shown, reads),
    )


LETTERS: dict[str, Any] = {"batch": 24, "rate": 0.006, "steps": 540, "points": 10}
"""Fewer letters in a step than by default: at the same cost the network learns more."""

VISION: dict[str, Any] = {
    "batch": 16, "rate": 0.005, "steps": 500, "points": 10,
    "experts": 4, "z": 0.001, "start": "upcycled", "dense_steps": 300,
}  # fmt: skip
"""As the paper's runs on pictures: four experts, begun as copies of a dense network's layers."""

_OURS = "Letters of the Python reference take the place of the paper's data."
_COPIES = (
    "As in the paper's runs on pictures there are four experts, which begin as copies of one "
    "dense layer. "
)

_add(
    "compete-lm", "Seven routers learn a text", "Which router learns a text best?",
    "Which of the seven will predict the next letter best?",
    "A small network of two sparse layers learns to guess the next letter. Seven routers begin "
    "with the same experts and read the same letters; only the way to choose experts differs. Of "
    "two experts for a token SharedE-V2 and V3 choose one, beside the one that is shared; in the "
    "paper's runs on text they choose several. " + _OURS,
    "smoe; xmoe; pcosine; moeut; shared-v2; shared-v3; competesmoe",
    "compete", ("compete-2", "compete-1", "compete-3", "compete-4"), "smoe; competesmoe",
    **LETTERS,
)  # fmt: skip
_add(
    "compete-kappa", "How loud is an expert?",
    "By what should experts compete?",
    "Seven ways to measure how strongly an expert answers: which is best?",
    "In a competition every expert answers, and the strongest win. How strong an answer is can be "
    "read in several ways: the mean of a function κ over its numbers, or its length. The paper "
    "shows this in a figure (Fig. 4) whose numbers its text does not give, so that none stands "
    "beside ours; it says that softplus came first, that the length still beat SMoE, and that the "
    "exponential ended in no number at all. " + _COPIES + _OURS,
    "; ".join(["smoe", *(f"competesmoe affinity={name}" for name in AFFINITIES)]),
    "compete", (), "smoe; competesmoe; competesmoe affinity=norm",
    **{**VISION, "steps": 350, "dense_steps": 500},
)  # fmt: skip
_add(
    "compete-omega", "How often should experts compete?", "How often should experts compete?",
    "Competing costs time. Is more of it better?",
    "CompeteSMoE lets all experts compete in a share ω of the steps, drawn before training. The "
    "paper tries four shares and finds 7 % best. " + _COPIES + _OURS,
    "competesmoe; competesmoe omega=0.03; competesmoe omega=0.05; competesmoe omega=0.09",
    "compete", ("compete-8",), **VISION,
)  # fmt: skip
_add(
    "compete-alpha", "How much should the winners count?",
    "Does the router learn more when winners count more?",
    "What is the best weight of the winners: none, a little, or a lot?",
    "The router learns what the competition said. The term with α makes it pay more attention to "
    "the experts that won; 0 leaves it out. " + _COPIES + _OURS,
    "competesmoe; competesmoe alpha=0.0; competesmoe alpha=0.2; competesmoe alpha=0.3",
    "compete", ("compete-9",), **VISION,
)  # fmt: skip
_add(
    "compete-parts", "Which part of CompeteSMoE helps?", "Which part of CompeteSMoE helps?",
    "Competition, diversity, or both: what helps most?",
    "CompeteSMoE is SMoE with two additions: a router that learns from competitions, and a loss "
    "that keeps the winners' answers apart. Each is left out in turn, and so is the second term of "
    "distillation. As printed, the diversity loss moves nobody, since the router that it is to "
    "move does not enter it; here it moves the experts. " + _COPIES + _OURS,
    "smoe; competesmoe; competesmoe beta=0.0; competesmoe answered=router gamma=0.0; "
    "competesmoe alpha=0.0",
    "compete", ("compete-7", "compete-6"), **VISION, diversity_reaches="experts",
)  # fmt: skip
_add(
    "cosine-lm", "Cosine against perturbed cosine, on a text",
    "Does a small perturbation help the cosine router?",
    "Adding 0.1 to two lengths: will anybody notice?",
    "Two routers that differ in τ alone: the perturbed one adds it to the lengths of token and "
    "expert before dividing by them. Both score in eight learned coordinates, as in the paper, "
    "which does not say its τ; ours is 0.1. " + _OURS,
    "xmoe; pcosine", "cosine", ("cosine-2",), **LETTERS, experts=16, projection=8,
)  # fmt: skip
_add(
    "cosine-dg", "Digits that are turned", "Which router copes with a turn it has not seen?",
    "A network learns digits under five turns and is asked about a sixth. Which router helps?",
    "Handwritten digits, turned by 0 to 75 degrees; each turn is left out once, and the network is "
    "asked about that one. As in the paper the checkpoint is chosen by images of the turns that "
    "are learned. Digits take the place of the paper's five collections of pictures; no digit that "
    "is asked for was learned under another turn.",
    "smoe; cosine; perturbed-cosine", "cosine", ("cosine-3",),
    task="digits", experts=6, width=32, hidden=32, batch=32, rate=0.007, steps=600, points=6,
)  # fmt: skip
_add(
    "collapse", "Without a balance loss", "Do experts fall idle when nothing balances them?",
    "We stop asking for balance. How many experts will still be used?",
    "A balance loss asks for all experts to be used about equally. Without it a few experts may "
    "take all tokens, because who is chosen learns and who learns is chosen. No paper's table "
    "stands beside this one.",
    "smoe; smoe balance=0.0; xmoe balance=0.0; competesmoe balance=0.0", "", (),
    "smoe; smoe balance=0.0", "use_entropy", **LETTERS,
)  # fmt: skip
_add(
    "teacher", "A gate that is known", "Can a router find the true gate?",
    "The data come from four experts behind a known gate. Which router finds them?",
    "Here nature is a mixture of four linear experts of which two answer each point, with a linear "
    "gate that keeps two. A sparse layer of four experts learns from its noisy answers. Since the "
    "truth is known, a router can be scored against it: how many of a point's experts are those "
    "of the truth, under the matching that is best for the router. The square of the noise, 0.01, "
    "is what no loss stays below. No paper's table stands beside this one.",
    "smoe; cosine; perturbed-cosine; moeut; competesmoe; competition", "", (),
    "smoe; competesmoe", TRUE_GATE,
    task="regression", experts=4, top=2, true_experts=4, true_top=2, hidden=32, batch=16,
    rate=0.01, steps=600,
)  # fmt: skip
