"""Measure what the tests can find: change the sources in many small ways and see which are noticed.

A run has three parts. All tests are run once, to learn which of them reach which line and how long
each takes. Then places in the sources are drawn, one change for each (an operator, a number, a
comparison), and for each change the tests that reach it are run, quickest first, until one fails.
A change that no test notices has survived: either it changes nothing, or a test is missing.

Changes are made in the memory of a forked process, never in a file. Example::

    python scripts/mutants.py moeviz/theory --tests tests/theory --count 300

Results come into ``.mutants/``, one line of JSON for each change; a run that was broken off goes on
where it stopped. ``--again FILE`` tries the
survivors of an earlier run once more, such as on new tests alone.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import os
import random
import resource
import signal
import sys
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("torch", "sympy", "flint", "scipy.stats", "scipy.optimize", "clarabel", "lark", "mpmath")
"""Imported once, before the processes fork."""

MORE_MEMORY = 3 << 30
"""Bytes that a change may take beyond what its process has at the start."""

BROKEN = 3
"""What a fork returns when this program itself failed in it."""

OUTCOMES = {0: "survived", 1: "killed", BROKEN: "broken"}


@dataclass(frozen=True)
class Mutant:
    """One small change.

    Attributes
    ----------
    path : str
        The file, from the project's root.
    operator, occurrence
        What cosmic-ray needs to make it again.
    line : int
    before, after : str
        The line as it is and as it becomes.
    """

    path: str
    operator: str
    occurrence: int
    line: int
    before: str
    after: str


class Bare(ast.NodeTransformer):
    """Take out what is never run: annotations."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(0)
        return self.generic_visit(node)


def bare(source: str) -> str:
    """Return a source's tree without annotations, as text."""
    return ast.dump(Bare().visit(ast.parse(source)))


def places_of(path: Path) -> Iterator[tuple[Any, tuple[Path, str, int]]]:
    """Yield the place of every change of a file, and what makes it."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    nodes = list(ast_nodes(get_ast(path.read_text(encoding="utf-8"))))
    for name in operator_names():
        kind = get_operator(name)
        if kind.arguments() or name.endswith("NoOp"):
            continue
        operator = kind()
        places = [place for node in nodes for place in operator.mutation_positions(node)]
        for occurrence, (start, end) in enumerate(places):
            yield (str(path), start, end), (path, name, occurrence)


def changed_source(path: Path, operator: str, occurrence: int) -> str:
    """Return a file's source with one change."""
    from cosmic_ray.mutating import MutationVisitor
    from cosmic_ray.plugins import get_operator

    source = path.read_text(encoding="utf-8")
    return str(MutationVisitor.mutate_code(source, get_operator(operator)(), occurrence))


def made(path: Path, operator: str, occurrence: int) -> Mutant | None:
    """Return a change; None where nothing that runs is changed."""
    source = path.read_text(encoding="utf-8")
    mutated = changed_source(path, operator, occurrence)
    if not compiles(mutated) or bare(mutated) == bare(source):
        return None
    lines, new = source.splitlines(), mutated.splitlines()
    line = next(i for i, (a, b) in enumerate(zip(lines, new, strict=False)) if a != b)
    own = str(path.relative_to(ROOT))
    return Mutant(own, operator, occurrence, line + 1, lines[line].strip(), new[line].strip())


def compiles(source: str) -> bool:
    """Return whether a source can be compiled."""
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(source, "changed", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def drawn(paths: Iterable[Path], count: int, seed: int) -> list[Mutant]:
    """Return `count` changes at places drawn without repetition, one for each place."""
    places: dict[Any, list[tuple[Path, str, int]]] = defaultdict(list)
    for path in paths:
        for place, change in places_of(path):
            places[place].append(change)
    rng = random.Random(seed)
    order = sorted(places, key=str)
    rng.shuffle(order)
    found: list[Mutant] = []
    for place in order:
        mutant = made(*rng.choice(places[place]))
        if mutant is not None:
            found.append(mutant)
        if len(found) == count:
            break
    return found


# What a change touches: functions, which can be changed in place, or what runs at import.


def inner(code: CodeType) -> list[CodeType]:
    """Return the code objects that a code object makes."""
    return [const for const in code.co_consts if isinstance(const, CodeType)]


def alone(code: CodeType) -> CodeType:
    """Return a code object without those inside, and without line numbers."""
    own = tuple(const for const in code.co_consts if not isinstance(const, CodeType))
    return code.replace(co_consts=own, co_linetable=b"")


def differing(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Yield the code objects that differ, old and new, of two compiled sources."""
    if alone(old) != alone(new):
        yield old, new
    for mine, other in zip(inner(old), inner(new), strict=True):
        yield from differing(mine, other)


def changed_functions(mutant: Mutant) -> dict[CodeType, CodeType] | None:
    """Return old and new code of the functions that a change touches; None if others are."""
    path = str(ROOT / mutant.path)
    old = compile(Path(path).read_text(encoding="utf-8"), path, "exec", dont_inherit=True)
    new = compile(
        changed_source(ROOT / mutant.path, mutant.operator, mutant.occurrence),
        path,
        "exec",
        dont_inherit=True,
    )
    try:
        pairs = dict(differing(old, new))
    except ValueError:
        return None
    optimised = 1  # set in the code of functions, not of modules and classes
    if any(not code.co_flags & optimised for code in pairs):
        return None
    return dict(_with_outer(old, new, set(pairs)))


def _with_outer(
    old: CodeType, new: CodeType, touched: set[CodeType]
) -> Iterator[tuple[CodeType, CodeType]]:
    """Yield old and new code of functions that are touched or make one that is."""
    for mine, other in zip(inner(old), inner(new), strict=True):
        if mine != other and mine.co_flags & 1:
            yield mine, other
        yield from _with_outer(mine, other, touched)


def living_functions() -> list[FunctionType]:
    """Return all functions of the project that there are."""
    import gc

    own = str(ROOT / "moeviz")
    things = (thing for thing in gc.get_objects() if type(thing) is FunctionType)
    return [f for f in things if f.__code__.co_filename.startswith(own)]


def change_in_place(pairs: dict[CodeType, CodeType], functions: list[FunctionType]) -> None:
    """Give every function that has old code its new code."""
    for function in functions:
        if function.__code__ in pairs:
            function.__code__ = pairs[function.__code__]


class Changed:
    """Finds one module and gives it a changed source."""

    def __init__(self, mutant: Mutant) -> None:
        self.path = ROOT / mutant.path
        self.name = ".".join(Path(mutant.path).with_suffix("").parts)
        self.source = changed_source(ROOT / mutant.path, mutant.operator, mutant.occurrence)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Return how to load the changed module; None for any other."""
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def create_module(self, spec: Any) -> None:
        """Leave it to the import system."""

    def exec_module(self, module: Any) -> None:
        """Run the changed source."""
        exec(compile(self.source, str(self.path), "exec", dont_inherit=True), module.__dict__)


# Running tests.


class Recorder:
    """Records which tests reach which lines, and their seconds; one that fails is left out."""

    def __init__(self, package: Path, out: Path) -> None:
        import coverage

        self.out, self.seconds = out, {}
        self.failed: set[str] = set()
        self.cover = coverage.Coverage(source=[str(package)], data_file=None, messages=False)
        self.cover.start()

    def pytest_runtest_setup(self, item: Any) -> None:
        """Begin a test."""
        self.cover.switch_context(item.nodeid)
        self.begun = time.process_time()

    def pytest_runtest_teardown(self, item: Any) -> None:
        """End a test."""
        self.seconds[item.nodeid] = time.process_time() - self.begun
        self.cover.switch_context("")

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Remember failures."""
        if report.outcome != "passed":
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Write the map."""
        self.cover.stop()
        data = self.cover.get_data()
        lines = {
            str(Path(path).relative_to(ROOT)): data.contexts_by_lineno(path)
            for path in data.measured_files()
        }
        seconds = {k: v for k, v in self.seconds.items() if k not in self.failed}
        self.out.write_text(json.dumps({"seconds": seconds, "lines": lines}))


class Chosen:
    """Runs some tests in an order of their own; the process ends with the first failure."""

    def __init__(self, nodes: list[str]) -> None:
        self.nodes = nodes

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Keep and order the tests."""
        place = {node: i for i, node in enumerate(self.nodes)}
        items[:] = sorted((i for i in items if i.nodeid in place), key=lambda i: place[i.nodeid])

    def pytest_runtest_logreport(self, report: Any) -> None:
        """End at once."""
        if report.failed:
            os._exit(1)


class Quick:
    """Lets property tests fail at once, without the smallest example; takes some cases only."""

    def __init__(self, cases: int) -> None:
        self.cases = cases

    def pytest_collection(self) -> None:
        """Set hypothesis, after the tests' own settings and before they are read."""
        from hypothesis import Phase, settings

        phases = [Phase.explicit, Phase.generate]
        settings.register_profile("mutants", settings.default, phases=phases)
        settings.load_profile("mutants")

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Keep a few cases of each test, evenly spaced among all."""
        by_test: dict[str, list[Any]] = defaultdict(list)
        for item in items:
            by_test[item.nodeid.split("[")[0]].append(item)
        items[:] = [
            cases[i * len(cases) // min(self.cases, len(cases))]
            for cases in by_test.values()
            for i in range(min(self.cases, len(cases)))
        ]


class Loop(Chosen):
    """Runs the tests of each change in a fork of a process that has collected all."""

    def __init__(self, work: Callable[[dict[str, Any]], None]) -> None:
        super().__init__([])
        self.work = work

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Keep all."""

    def pytest_runtestloop(self, session: Any) -> bool:
        """Give the collected tests to the work."""
        self.work({item.nodeid: item for item in session.items})
        return True


OPTIONS = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-o", "timeout=0"]


def run_pytest(paths: Iterable[str], plugin: object, cases: int) -> int:
    """Run tests, at most so many cases of each, in this process."""
    return int(pytest.main([*OPTIONS, *paths], plugins=[plugin, Quick(cases)]))


def order_of(nodes: Iterable[str], seconds: dict[str, float], most: float) -> list[str]:
    """Return tests quickest first, one case of each before the second of any, up to a limit."""
    by_test: dict[str, list[str]] = defaultdict(list)
    for node in sorted((n for n in nodes if n in seconds), key=seconds.__getitem__):
        by_test[node.split("[")[0]].append(node)
    ranked = sorted(
        (rank, seconds[node], node) for cases in by_test.values() for rank, node in enumerate(cases)
    )
    total, found = 0.0, []
    for _, each, node in ranked:
        total += each
        if found and total > most:
            break
        found.append(node)
    return found


def limit_resources(seconds: float) -> None:
    """End this process when it has computed for too long or takes too much memory."""
    used = int(time.process_time() + 20 + 5 * seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (used, used + 5))
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MORE_MEMORY, size + MORE_MEMORY))


def in_forks(
    tasks: Iterable[tuple[Mutant, Callable[[], int]]], jobs: int
) -> Iterator[tuple[Mutant, str, float]]:
    """Run each task in a fork, a few at a time; yield how each ended and its seconds."""
    running: dict[int, tuple[Mutant, float]] = {}

    def ended() -> tuple[Mutant, str, float]:
        pid, status = os.waitpid(-1, 0)
        mutant, begun = running.pop(pid)
        if os.WIFSIGNALED(status):
            late = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)
            outcome = "timeout" if late else "killed"
        else:
            outcome = OUTCOMES.get(os.WEXITSTATUS(status), "killed")
        return mutant, outcome, time.time() - begun

    for mutant, task in tasks:
        if len(running) >= jobs:
            yield ended()
        pid = os.fork()
        if pid == 0:
            _child(task)
        running[pid] = (mutant, time.time())
    while running:
        yield ended()


def _child(task: Callable[[], int]) -> None:
    """Run a task without a word, and end."""
    code = BROKEN
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        code = task()
    finally:
        os._exit(code)


def reaching(mutant: Mutant, known: dict[str, Any], whole_file: bool, most: float) -> list[str]:
    """Return the tests that reach a change's line, or its file, in the order to be run."""
    if whole_file:
        nodes = {node for nodes in known["lines"].get(mutant.path, {}).values() for node in nodes}
    else:
        nodes = contexts(mutant, known)
    return order_of(nodes - {""}, known["seconds"], most)


def contexts(mutant: Mutant, known: dict[str, Any]) -> set[str]:
    """Return the tests that reach a change's line, or the last before that has any.

    The empty name stands for the import.
    """
    lines = known["lines"].get(mutant.path, {})
    at = max((int(line) for line in lines if int(line) <= mutant.line), default=0)
    return set(lines.get(str(at), [""]))


def at_import(mutant: Mutant, known: dict[str, Any]) -> bool:
    """Return whether a change's line runs when its module is imported."""
    return "" in contexts(mutant, known)


def test(
    mutants: list[Mutant], known: dict[str, Any], settings: argparse.Namespace
) -> Iterator[tuple[Mutant, str, float]]:
    """Yield how each change ended: killed, survived, timeout or unreached."""
    in_place: list[tuple[Mutant, dict[CodeType, CodeType]]] = []
    fresh = []
    for mutant in mutants:
        pairs = None if at_import(mutant, known) else changed_functions(mutant)
        if pairs is None:
            fresh.append(mutant)
        elif reaching(mutant, known, False, settings.seconds):
            in_place.append((mutant, pairs))
        else:
            yield mutant, "unreached", 0.0

    def imported(mutant: Mutant) -> int:
        nodes = reaching(mutant, known, True, settings.seconds)
        limit_resources(30 + sum(known["seconds"][n] for n in nodes))
        sys.meta_path.insert(0, Changed(mutant))
        files = sorted({node.split("::")[0] for node in nodes})
        return min(run_pytest(files, Chosen(nodes), settings.cases), 1)

    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        _child(lambda: _in_place(in_place, known, settings, write))
    os.close(write)
    with os.fdopen(read) as lines:
        for line in lines:
            at, outcome, seconds = json.loads(line)
            yield in_place[at][0], outcome, seconds
    os.waitpid(pid, 0)
    yield from in_forks(((m, lambda m=m: imported(m)) for m in fresh), settings.jobs)


def _in_place(
    changes: list[tuple[Mutant, dict[CodeType, CodeType]]],
    known: dict[str, Any],
    settings: argparse.Namespace,
    write: int,
) -> int:
    """Collect the tests once, change functions in forks, and write how each ended to a pipe."""
    mutants = [mutant for mutant, _ in changes]
    functions: list[FunctionType] = []

    def one(mutant: Mutant, pairs: dict[CodeType, CodeType], items: dict[str, Any]) -> int:
        nodes = reaching(mutant, known, False, settings.seconds)
        limit_resources(sum(known["seconds"][n] for n in nodes))
        change_in_place(pairs, functions)
        for node in nodes:
            if node in items:
                items[node].ihook.pytest_runtest_protocol(item=items[node], nextitem=None)
        return 0

    def work(items: dict[str, Any]) -> None:
        functions.extend(living_functions())
        tasks = ((m, lambda m=m, p=p: one(m, p, items)) for m, p in changes)
        with os.fdopen(write, "w") as out:
            for mutant, outcome, seconds in in_forks(tasks, settings.jobs):
                print(json.dumps([mutants.index(mutant), outcome, seconds]), file=out, flush=True)

    return run_pytest(settings.tests, Loop(work), settings.cases)


def learn(package: Path, settings: argparse.Namespace, out: Path) -> dict[str, Any]:
    """Run all tests once, in a fork, and return which lines each reaches."""
    if not out.exists():
        pid = os.fork()
        if pid == 0:
            os._exit(run_pytest(settings.tests, Recorder(package, out), settings.cases))
        os.waitpid(pid, 0)
    known: dict[str, Any] = json.loads(out.read_text())
    return known


def parsed(words: list[str] | None = None) -> argparse.Namespace:
    """Return the command line's settings."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("package", type=Path)
    parser.add_argument("--modules", nargs="*", default=[], help="only these modules of it")
    parser.add_argument("--tests", nargs="+", required=True, help="files or folders of tests")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=12, help="of each test, evenly spaced")
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="of tests for each change, quickest first"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--again", type=Path, help="try the survivors of this file once more")
    parser.add_argument("--out", type=Path, default=ROOT / ".mutants")
    return parser.parse_args(words)


def main() -> None:
    """Learn, change, test and report."""
    settings = parsed()
    package = settings.package.resolve()
    settings.out.mkdir(exist_ok=True)
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    import torch

    torch.set_num_threads(1)
    for name in HEAVY:
        importlib.import_module(name)
    name = package.name + ("-again" if settings.again else "")
    known = learn(package, settings, settings.out / f"{name}-map.json")
    if settings.again:
        kept = [json.loads(line) for line in settings.again.read_text().splitlines()]
        mutants = [Mutant(**r["mutant"]) for r in kept if r["outcome"] in ("survived", "unreached")]
    else:
        files = [p for p in sorted(package.rglob("*.py")) if p.stem != "__init__"]
        chosen = [p for p in files if not settings.modules or p.stem in settings.modules]
        mutants = drawn(chosen, settings.count, settings.seed)
    results = settings.out / f"{name}.jsonl"
    before = (
        [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    )
    counts = Counter((r["mutant"]["path"], r["outcome"]) for r in before)
    mutants = [m for m in mutants if asdict(m) not in [r["mutant"] for r in before]]
    with results.open("a") as out:
        for mutant, outcome, seconds in test(mutants, known, settings):
            counts[mutant.path, outcome] += 1
            result = {"mutant": asdict(mutant), "outcome": outcome, "seconds": round(seconds, 1)}
            print(json.dumps(result), file=out, flush=True)
            if outcome not in ("killed", "timeout"):
                print(f"{outcome}: {mutant.path}:{mutant.line}", flush=True)
                print(f"    {mutant.before}\n    {mutant.after}", flush=True)
    for (path, outcome), number in sorted(counts.items()):
        print(f"{path} {outcome} {number}")


if __name__ == "__main__":
    main()
