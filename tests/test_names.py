"""A router is known in its own file; elsewhere the package asks the registry."""

from __future__ import annotations

import ast
from pathlib import Path

from moeviz.model import EXPERTS, GATES, SCORES
from tests.support import nodes_of, of_every

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "moeviz"

NAMES = set(SCORES) - set(EXPERTS) - set(GATES)
"""Names that belong to a router alone."""

ALLOWED = (
    "bench",  # what is measured beside others
    "model",  # their own files; no other file of the model may: see below
    "study/presets",  # what may be run
    "study/rates_table", "theory/claim", "theory/rates",  # what papers claim
    "symbolic/catalogue",
    "train/routers",  # methods of sparse layers, which have names of their own
    "train/presets", "train/published",  # what of these is run, and what papers print of them
    "symbolic/request/gallery",  # what may be asked
)  # fmt: skip
"""Where names may stand: the beginnings of paths under the package."""

OTHER_MEANINGS = {
    "designs.py": {"cosine"},  # the design of a paper's experiments
    "papers.py": {"cosine"},  # a paper's key
}


def names_in(path: Path) -> set[str]:
    """Return the routers' names that stand as strings in a file."""
    nodes = nodes_of(path)
    return {node.value for node in nodes if isinstance(node, ast.Constant) and node.value in NAMES}


def own_file(name: str) -> Path:
    """Return the file that defines a router."""
    return ROOT / (SCORES[name].__module__.replace(".", "/") + ".py")


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


ELSEWHERE = [p for p in sorted(PACKAGE.rglob("*.py")) if not place(p).startswith(ALLOWED)]
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]


@of_every([*ELSEWHERE, *PAGES])
def test_no_router_is_named_outside_of_its_file(path):
    assert names_in(path) <= OTHER_MEANINGS.get(path.name, set())


@of_every(sorted((PACKAGE / "model").rglob("*.py")))
def test_the_model_names_a_router_in_its_own_file_alone(path):
    assert {name for name in names_in(path) if own_file(name) != path} == set()


def test_names_are_found():
    assert "cosine" in names_in(own_file("cosine"))
    assert {"quadratic", "perturbed-cosine", "competition"} <= NAMES
