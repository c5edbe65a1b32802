"""Settings and data shared by all tests."""

from __future__ import annotations

import gc
import itertools
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from moeviz.later import later, load

SLOW = ("numpy", "torch")
later(*SLOW)  # a process that only hands out tests would wait for them before it starts the others

import torch  # noqa: E402

from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES  # noqa: E402
from tests import assertions, logs  # noqa: E402
from tests.support import (  # noqa: E402
    COMBINATIONS,
    DENSITIES,
    DENSITY_PAIRINGS,
    NORMALISED,
    PAIRINGS,
    go_together,
)

for _profile, _examples in (("moeviz", 12), ("many", 100)):
    settings.register_profile(
        _profile,
        max_examples=_examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
settings.load_profile("moeviz")

VARIANTS = {
    "score": SCORES,
    "gate": GATES,
    "normalised_gate": NORMALISED,
    "expert": EXPERTS,
    "output": OUTPUTS,
    "density": DENSITIES,
}

COMBINED = {
    "combination": COMBINATIONS,
    "pairing": PAIRINGS,
    "density_pairing": DENSITY_PAIRINGS,
}


def pytest_configure(config: pytest.Config) -> None:
    """Let a test process use one thread: several use the cores, and small tensors are quicker."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return  # it runs none itself
    for name in SLOW:
        load(name)
    assertions.watch()
    torch.set_num_threads(1)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Listen to loggers for those tests alone that read what was logged."""
    logs.listen_where_asked(session.config)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Have the garbage collector pass over what is loaded: all of it stays to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Fail a test that ends without having asserted anything."""
    before = assertions.counted()
    outcome = yield
    if assertions.counted() == before:
        pytest.fail(
            "Expected at least one assertion in every case, but this one ended without; "
            "parametrise over what applies.",
            pytrace=False,
        )
    return outcome


CATALOGUE = ("test_catalogue", "test_exceptions", "test_independent", "test_script")
"""Modules that decide all claims, each once for all of them."""

TOGETHER = {f"tests/symbolic/{name}.py": "claims" for name in CATALOGUE} | dict.fromkeys(
    ("tests/symbolic/test_course.py", "tests/ui/test_sequences.py"), "courses"
)
"""Modules that share what is expensive, by what it is."""


LONG = (
    *CATALOGUE,
    *("test_elementwise", "test_slow_studies_run", "test_devices", "test_solver"),
    *("test_wheel", "test_screens", "test_visit", "test_follow", "test_checker", "test_train"),
)
"""Modules that take longest: they begin, so that no process waits for another at the end."""


class InOneProcess(LoadScopeScheduling):
    """Keeps a module's tests in one process, and with them those of modules that share with it.

    The option ``--dist loadgroup`` would do it, but this pytest no longer reads its groups.
    """

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # else modules of many tests begin, however quick

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return TOGETHER.get(module, module)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> InOneProcess:
    """Say which process runs what, where there are several."""
    return InOneProcess(config, log)


def leave_to_the_crowd(items: list[pytest.Item]) -> None:
    """Mark the cases of tests marked `few` that others stand for.

    Of n cases one stays, and every one with a value that has not been seen in its place before:
    each score, each expert and so on stays in the suite, not each with each.
    """
    tests: dict[object, list[pytest.Function]] = {}
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker("few"):
            tests.setdefault((item.path, item.originalname), []).append(item)
    for cases in tests.values():
        (every,) = cases[0].get_closest_marker("few").args
        values = [values_of(case) for case in cases]
        times = Counter(itertools.chain.from_iterable(values))
        seen: set[object] = set()
        for index, (case, own) in enumerate(zip(cases, values, strict=True)):
            new = {value for value in own if times[value] > 1} - seen
            if index % every and not new:
                case.add_marker(pytest.mark.crowd)
            else:
                seen |= own


def values_of(case: pytest.Function) -> set[object]:
    """What a case is run for: each argument's value, or each entry of one that is several names."""
    return {
        (argument, place, entry if isinstance(entry, str | int | bool) else repr(entry))
        for argument, value in case.callspec.params.items()
        for place, entry in enumerate(value if isinstance(value, tuple) else (value,))
    }


@pytest.hookimpl(tryfirst=True)  # before the crowd is left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest modules, so that the processes end together.

    Of the cases of a test that is marked `few` most are left to the crowd.
    """
    leave_to_the_crowd(items)
    items.sort(key=lambda item: item.path.stem not in LONG)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for all registered variants that it asks for by its arguments' names.

    Of several arguments, for all that go together. A `normalised_gate` has weights that sum to
    1; a `density` is an output with a likelihood. A `combination` names score, gate, expert and
    output; `pairing` runs over few of them, in which any two parts meet, and `density_pairing`
    over few with a likelihood. The marker `only` keeps the variants that a test speaks of.
    """
    kept = {
        k: v for mark in metafunc.definition.iter_markers("only") for k, v in mark.kwargs.items()
    }
    asked = {
        name: [variant for variant in variants if variant in kept.get(name, variants)]
        for name, variants in VARIANTS.items()
        if name in metafunc.fixturenames
    }
    cases = [
        case
        for case in itertools.product(*asked.values())
        if go_together(**dict(zip(asked, case, strict=True)))
    ]
    if asked:
        metafunc.parametrize(tuple(asked), cases, ids=["-".join(case) for case in cases])
    for name, combinations in COMBINED.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, combinations, ids="+".join)


@pytest.fixture
def rng() -> torch.Generator:
    return torch.Generator().manual_seed(20240)


@pytest.fixture
def two_threads() -> Iterator[None]:
    """Offer tensor operations two threads, whatever this process has."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)
