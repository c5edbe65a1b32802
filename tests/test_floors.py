"""The house's floors: imports point down only."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.support import nodes_of, of_every, parsed

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "moeviz"

FLOORS = [
    {"errors"},
    {"text", "later", "kernels", "recent", "serving"},
    {"ruler"},
    {"fields"},
    {"model"},
    {"theory"},
    {"estimate", "symbolic", "train"},
    {"study"},
    {"engine"},
    {"charts"},
    {"export", "lessons"},
    {"rooms"},
    {"ui"},
    {"peers"},
]
ROOMS = {"symbolic": ["kernel", "reading", "certificates", "questions", "catalogue", "request"]}
"""Inside a floor: each room imports itself and those before it."""

TOP = {"cli", "__main__", "bench"}
"""Programs: they may use every floor but the user interface."""


def floor_of(name: str) -> int:
    for level, names in enumerate(FLOORS):
        if name in names:
            return level
    raise AssertionError(f"{name} is on no floor")


def imports(path: Path) -> set[str]:
    """Absolute names of the modules that a file imports."""
    found: set[str] = set()
    for node in nodes_of(path):
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


def room_of(path: Path) -> str:
    """The first name of a module under moeviz."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def below(room: str) -> set[str]:
    """What a room may import."""
    if room == "__init__":
        return set()
    lower = FLOORS if room in TOP else FLOORS[: floor_of(room)]
    return set().union(*lower, {room}, TOP if room in TOP else set()) - {"ui"}


@of_every(MODULES)
def test_imports_point_down(path):
    assert parts(imports(path)) - {room_of(path)} <= below(room_of(path))


@of_every([path for path in MODULES if room_of(path) in ROOMS])
def test_imports_inside_a_floor_point_down(path):
    floor, *inner = path.relative_to(PACKAGE).with_suffix("").parts
    start = f"moeviz.{floor}."
    used = {n.split(".")[2] for n in imports(path) if n.startswith(start)}
    rooms = ROOMS[floor]
    allowed = [] if inner == ["__init__"] else rooms[: rooms.index(inner[0]) + 1]
    assert used <= set(allowed)


ALL = [*MODULES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "pages").rglob("*.py"))]


@of_every(ALL)
def test_what_is_imported_is_there(path):
    """Also inside functions, where nobody notices before they are called."""
    asked = [node for node in nodes_of(path) if isinstance(node, ast.ImportFrom)]
    ours = [node for node in asked if (node.module or "").startswith("moeviz")]
    for node in ours:
        module = importlib.import_module(node.module)
        for alias in node.names:
            known = hasattr(module, alias.name)
            assert known or importlib.util.find_spec(f"{node.module}.{alias.name}"), alias.name
    assert all(node.level == 0 for node in asked)


def test_the_floors_are_what_they_are_called():
    assert below("errors") == {"errors"}
    assert below("theory") == {
        "errors", "text", "later", "kernels", "recent", "serving", "ruler", "fields", "model",
        "theory",
    }  # fmt: skip
    assert "symbolic" not in below("estimate")
    assert {"engine", "charts", "export"} <= below("cli") | below("ui")
    assert "export" not in below("charts")
    assert "ui" not in below("cli")


@of_every([path for path in MODULES if room_of(path) != "ui"])
def test_only_the_user_interface_imports_streamlit(path):
    assert "streamlit" not in {name.split(".")[0] for name in imports(path)}


def test_peers_know_only_the_errors():
    for path in (PACKAGE / "peers").rglob("*.py"):
        assert parts(imports(path)) <= {"peers", "errors"}


UI_ROOMS = sorted(
    path.name for path in (PACKAGE / "ui").iterdir() if (path / "__init__.py").exists()
)


@pytest.mark.parametrize("room", UI_ROOMS)
def test_rooms_of_pages_know_what_is_shared_and_where_links_lead(room):
    others = [f"moeviz.ui.{other}" for other in UI_ROOMS if other not in (room, "shared")]
    known = tuple(f"{other}.link" for other in others if room != "shared")
    foreign = {
        name
        for path in (PACKAGE / "ui" / room).rglob("*.py")
        for name in imports(path)
        for other in others
        if name.startswith(f"{other}.") and not name.startswith(known)
    }
    assert foreign == set()


def test_charts_do_not_know_the_engine():
    for path in (PACKAGE / "charts").rglob("*.py"):
        assert "engine" not in parts(imports(path))


ENGINE_ROOMS = {
    "workers": set(),
    "checks": {"workers"},
    "studies": {"workers"},
    "trainings": {"workers"},
}
"""Rooms of the engine and the rooms that each may use; all may use what lies beside the rooms."""


@pytest.mark.parametrize("room", [None, *ENGINE_ROOMS])
def test_kinds_of_job_lie_above_the_life_of_a_job(room):
    folder = PACKAGE / "engine"
    inside = (folder / room if room else folder).glob("*.py")
    above = (folder / "__init__.py", folder / "kinds.py")  # They name all kinds there are.
    paths = [path for path in inside if path not in above]
    allowed = {room} | ENGINE_ROOMS[room] if room else set()
    used = {name.split(".")[2] for path in paths for name in imports(path) if name.count(".") >= 2}
    assert paths
    assert used & set(ENGINE_ROOMS) <= allowed


def named(path: Path) -> str:
    """The name under which a module is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_rooms_of_studies_have_no_circle():
    """No module of a study leads back to itself, so that each can be read with those below it."""
    paths = {named(path): path for path in (PACKAGE / "study").rglob("*.py")}
    order = TopologicalSorter(
        {name: (imports(path) & paths.keys()) - {name} for name, path in paths.items()}
    )
    assert set(order.static_order()) == set(paths)


def test_pages_are_thin():
    for path in [ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 60, path
        assert parts(imports(path)) <= {"ui", "charts", "study", "errors"}, path


TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


@of_every(TESTS)
def test_no_test_gives_up_half_way(path):
    """A case that does not apply is no case: a test never returns before its end."""
    body = parsed(path).body
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    tests = [n for n in body if isinstance(n, kinds) and n.name.startswith("test_")]
    early = [t.name for t in tests if any(isinstance(n, ast.Return) for n in own_nodes(t))]
    assert tests
    assert early == []


def own_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from own_nodes(child)


def test_nothing_evaluates_text():
    forbidden = {"eval", "exec", "sympify", "compile", "__import__"}
    for path in [*MODULES, ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]:
        for node in nodes_of(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in forbidden, path


def function_of(value: object) -> object:
    """What a class's entry runs: behind a property or a class method, the function."""
    for behind in ("__func__", "fget", "func"):
        value = getattr(value, behind, value)
    return value


def defined_in(module: str, name: str, value: object) -> bool:
    """Whether a value is a public class or function of a module's own."""
    kind = inspect.isfunction(value) or inspect.isclass(value)
    return kind and not name.startswith("_") and value.__module__ == module


def undocumented(name: str, value: object) -> Iterator[str]:
    """Public functions, classes and first definitions of methods in a definition that say nothing.

    An override inherits what the first definition in the order of its bases says.
    """
    said = vars(value)["__doc__"] if inspect.isclass(value) else value.__doc__
    if not said or said.startswith(f"{value.__name__}("):  # what dataclass writes by itself
        yield name
    if not inspect.isclass(value):
        return
    for own, entry in vars(value).items():
        inherited = any(own in vars(base) for base in value.__mro__[1:])
        inner = function_of(entry)
        if defined_in(value.__module__, own, inner) and not inherited:
            yield from undocumented(f"{name}.{own}", inner)


@of_every(MODULES)
def test_every_module_has_a_docstring(path):
    assert ast.get_docstring(parsed(path))


@of_every([p for p in MODULES if p.stem not in ("__main__", "env")])  # which run where imported
def test_every_public_definition_has_a_docstring(path):
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    module = importlib.import_module(name)
    public = {own: value for own, value in vars(module).items() if defined_in(name, own, value)}
    assert [gap for own, value in public.items() for gap in undocumented(own, value)] == []


class Bare:
    """A class with one method that is documented and several that are not."""

    def told(self) -> None:
        """Do nothing."""

    def untold(self) -> None:
        pass

    @property
    def number(self) -> int:
        return 0

    @staticmethod
    def alone() -> None:
        pass

    class Inner:
        pass


@dataclass
class Data:
    number: int


class Heir(Bare):
    """An heir: what it overrides needs no words of its own."""

    def told(self) -> None:
        pass

    def new(self) -> None:
        pass


def test_methods_without_words_are_found():
    missing = ["Bare.untold", "Bare.number", "Bare.alone", "Bare.Inner"]
    assert list(undocumented("Bare", Bare)) == missing
    assert list(undocumented("Heir", Heir)) == ["Heir.new"]
    assert list(undocumented("Data", Data)) == ["Data"]
