"""The table of a training run's fields: forms, links, files and the command line read it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from moeviz.fields import Field, Values, always
from moeviz.model.affinities import AFFINITIES
from moeviz.model.formula import FUNCTIONS
from moeviz.train.losses import DIVERSITY_NORMS
from moeviz.train.reference import REFERENCES
from moeviz.train.routers import ROUTERS
from moeviz.train.schedule import MOVES
from moeviz.train.tasks import ANGLES, TASKS, Digits
from moeviz.train.teacher import TEACHER_FIELDS

METHOD, TASK, NETWORK, ROUTING, COMPETITION, TRAINING = (
    "Methods",
    "Task",
    "Network",
    "Routing",
    "Competition",
    "Training",
)

SCRATCH, UPCYCLED = STARTS = ("scratch", "upcycled")
"""How a network begins: from random numbers, or from a dense one trained in the same run."""

PRECISIONS = ("float32", "bfloat16")
"""What products are taken in; weights and their steps are of 32 bits in any case."""

EACH = "each"
HELD_DOMAINS = (EACH, *map(str, ANGLES))
"""Degrees that are left out: one rotation, or each in its turn."""

LONGEST_METHODS = 2_000

_FUNCTIONS = tuple(name for name, function in FUNCTIONS.items() if function.typed)


def _competes(values: Values) -> bool:
    """Whether some method competes: its name stands in one of the lines."""
    names = {line.split()[0] for line in str(values["methods"]).splitlines() if line.strip()}
    return any(name in ROUTERS and ROUTERS[name].competes != "never" for name in names)


def _digits(values: Values) -> bool:
    return bool(values["task"] == Digits.name)


def _has_blocks(values: Values) -> bool:
    """Whether the layers stand in a transformer."""
    return not TASKS[str(values["task"])].fixed


def _number(
    name: str,
    label: str,
    symbol: str,
    default: float,
    low: float,
    high: float,
    help_: str,
    group: str,
    basic: bool = False,
    competes: bool = False,
    applies: Callable[[Values], bool] = always,
) -> Field:
    return Field(
        name,
        label,
        symbol,
        "int" if isinstance(default, int) else "float",
        default,
        low,
        high,
        help=help_,
        group=group,
        basic=basic,
        applies=_competes if competes else applies,
    )


def _choice(
    name: str,
    label: str,
    default: str,
    choices: Collection[str],
    help_: str,
    group: str,
    symbol: str = "",
    competes: bool = False,
    basic: bool = False,
    applies: Callable[[Values], bool] = always,
) -> Field:
    return Field(
        name,
        label,
        symbol,
        "choice",
        default,
        choices=choices,
        help=help_,
        group=group,
        basic=basic,
        applies=_competes if competes else applies,
    )


_ALL = (
    Field(
        "methods",
        "Methods to compare",
        "",
        "lines",
        "smoe\ncompetesmoe",
        help="One a line: a method's name, and settings that differ, as in "
        "'competesmoe omega=0.03'.",
        group=METHOD,
        basic=True,
        longest=LONGEST_METHODS,
    ),
    _number("seeds", "Seeds", "", 3, 1, 20, "How often each method starts anew.", METHOD,
            basic=True),
    _number("seed", "First seed", "", 1, 0, 10**6, "Another one draws other starts and tokens.",
            METHOD),
    _choice("task", "What is learned", "language", TASKS, "Text, digits or a known mixture.",
            TASK, basic=True),
    _choice("held_domain", "Degrees left out", "each", HELD_DOMAINS,
            "Which rotation of digits a network does not see while it learns; each in its turn.",
            TASK, applies=_digits),
    *TEACHER_FIELDS,
    _number("steps", "Steps of training", "T", 600, 10, 20_000, "More take longer.", TRAINING,
            basic=True),
    _number("points", "Checkpoints", "", 12, 2, 60,
            "At how many steps the network is looked at and kept.", TRAINING),
    _number("batch", "Sequences in a step", "B", 32, 1, 512, "", TRAINING),
    _number("rate", "Learning rate", r"\xi", 3e-3, 1e-6, 1.0,
            "Highest rate of AdamW; it rises over the first steps and falls as a cosine.",
            TRAINING),
    _choice("precision", "Numbers", "float32", PRECISIONS,
            "bfloat16 is faster on a GPU and coarser.", TRAINING),
    _number("decay", "Weight decay", "", 0.01, 0.0, 1.0, "", TRAINING),
    _number("layers", "Layers", "L", 2, 1, 8, "Blocks, each with one sparse layer.", NETWORK,
            basic=True, applies=_has_blocks),
    _number("width", "Width", "d", 64, 8, 512, "Numbers of a token.", NETWORK,
            applies=_has_blocks),
    _number("heads", "Heads of attention", "", 4, 1, 16, "They share the width.", NETWORK,
            applies=_has_blocks),
    _number("context", "Tokens in view", "", 64, 8, 512, "", NETWORK),
    _number("experts", "Experts", "N", 8, 2, 64, "", NETWORK, basic=True),
    _number("top", "Experts for a token", "K", 2, 1, 16, "", NETWORK, basic=True),
    _number("hidden", "Hidden units of an expert", "", 256, 4, 2048, "", NETWORK),
    _choice("function", "Experts' function", "gelu", _FUNCTIONS, "", NETWORK),
    _choice("start", "Start", "scratch", STARTS,
            "Upcycled: every expert begins as a copy of a dense layer trained before.", NETWORK),
    _number("dense_steps", "Steps of the dense network", "", 200, 1, 20_000,
            "Before an upcycled start.", NETWORK),
    _number("temperature", "Temperature", "T", 1.0, 0.01, 100.0, "Divides every score.", ROUTING),
    _number("tau1", "Perturbation of a vector's length", r"\tau_1", 0.1, 1e-3, 100.0, "", ROUTING),
    _number("tau2", "Perturbation of a token's length", r"\tau_2", 0.1, 0.0, 100.0, "", ROUTING),
    _number("projection", "Coordinates of a projection", "d_e", 8, 1, 512,
            "In which XMoE and PCosine score.", ROUTING),
    _number("balance", "Weight of the balance loss", "", 0.01, 0.0, 10.0, "", ROUTING, basic=True),
    _number("z", "Weight of the z-loss", "", 0.0, 0.0, 10.0, "", ROUTING),
    _choice("affinity", "What competition reads", "softplus", AFFINITIES, "", COMPETITION,
            r"\kappa", competes=True, basic=True),
    _number("omega", "Share of steps with competition", r"\omega", 0.07, 0.0, 1.0, "",
            COMPETITION, competes=True, basic=True),
    _number("most", "Layers that compete at once", r"A_{max}", 1, 1, 8,
            "1 for two layers, or it never binds.", COMPETITION, competes=True),
    _choice("move", "Where what is too much moves", "anywhere", MOVES,
            "To any step with room (App. C) or to the next (§2.3).", COMPETITION, competes=True),
    _number("warm_up", "Share of steps before competition", "", 0.05, 0.0, 1.0, "", COMPETITION,
            competes=True),
    _number("gamma", "Weight of distillation", r"\gamma", 0.01, 0.0, 100.0, "", COMPETITION,
            competes=True),
    _number("alpha", "Weight of the winners in it", r"\alpha", 0.1, 0.0, 100.0,
            "0: without that term (eq. 15).", COMPETITION, competes=True, basic=True),
    _number("beta", "Weight of diversity", r"\beta", 0.005, 0.0, 100.0, "", COMPETITION,
            competes=True),
    _choice("diversity_norm", "What diversity divides by", "whole", DIVERSITY_NORMS,
            "The whole norm as printed (eq. 3), or row by row: a correlation.", COMPETITION,
            competes=True),
    _choice("diversity_reaches", "Whom diversity moves", "router", ("router", "experts"),
            "As printed (eq. 5) the router, on which it does not depend; or the experts.",
            COMPETITION, competes=True),
    _choice("answered", "Whose answer counts while experts compete", "winners",
            ("winners", "router"), "The winners' (§2.2), or the router's (eq. 1).",
            COMPETITION, competes=True),
    _choice("distilled", "Which scores learn", "kept", ("kept", "all"),
            "Those of the K best (§2.1), or all of them.", COMPETITION, competes=True),
)  # fmt: skip

FIELDS: Mapping[str, Field] = {field.name: field for field in _ALL}
"""Every field of a training run, by name."""

VARIED = tuple(name for name in FIELDS if FIELDS[name].group in (ROUTING, COMPETITION))
"""What a method's line may set for itself: routing and competition, never sizes or data."""

NAMES = (*ROUTERS, *REFERENCES)
"""Methods, by name."""
