"""The house's floors: imports point down only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "moeviz"

FLOORS = [
    {"errors", "text"},
    {"model"},
    {"theory"},
    {"estimate", "symbolic"},
    {"study"},
    {"engine"},
    {"charts"},
    {"ui"},
    {"peers"},
]
TOP = {"cli", "console", "__main__", "bench"}
"""Programs: they may use every floor but the user interface."""


def floor_of(name: str) -> int:
    for level, names in enumerate(FLOORS):
        if name in names:
            return level
    raise AssertionError(f"{name} is on no floor")


def imports(path: Path) -> set[str]:
    """Absolute names of the modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the floor"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def parts(names: set[str]) -> set[str]:
    """First names under moeviz."""
    known = {path.stem if path.suffix == ".py" else path.name for path in PACKAGE.iterdir()}
    return {
        name.split(".")[1]
        for name in names
        if name.startswith("moeviz.") and name.split(".")[1] in known
    }


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path):
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    used = parts(imports(path)) - {own}
    if own == "__init__":
        assert not used
    elif own in TOP:
        assert "ui" not in used
    else:
        for other in used:
            assert other not in TOP
            assert floor_of(other) < floor_of(own), f"{own} must not import {other}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_the_user_interface_imports_streamlit(path):
    if path.relative_to(PACKAGE).parts[0] != "ui":
        assert not any(name.split(".")[0] == "streamlit" for name in imports(path))


def test_peers_know_only_the_errors():
    for path in (PACKAGE / "peers").rglob("*.py"):
        assert parts(imports(path)) <= {"peers", "errors"}


def test_charts_do_not_know_the_engine():
    for path in (PACKAGE / "charts").rglob("*.py"):
        assert "engine" not in parts(imports(path))


def test_pages_are_thin():
    for path in [ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 60, path
        assert parts(imports(path)) <= {"ui", "charts", "study", "errors"}, path


def test_nothing_evaluates_text():
    forbidden = {"eval", "exec", "sympify", "compile", "__import__"}
    for path in [*MODULES, ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in forbidden, path


def test_every_public_definition_has_a_docstring():
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), path
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path}: {node.name}"
