"""Where several processes share the tests, those of a module stay together."""

from __future__ import annotations

from tests.conftest import TOGETHER, InOneProcess


def group(nodeid: str) -> str:
    return InOneProcess._split_scope(None, nodeid)


def test_a_module_stays_together():
    first, second = "tests/ui/test_lab.py::test_a[x::y@z]", "tests/ui/test_lab.py::test_b"
    assert group(first) == group(second) == "tests/ui/test_lab.py"
    assert group("tests/browser/test_checker.py::test_a") != group(
        "tests/ui/test_checker.py::test_a"
    )


def test_modules_that_share_what_is_expensive_stay_together():
    assert group("tests/symbolic/test_script.py::test_a") == "claims"
    running, messages = (
        f"tests/browser/test_{name}.py::test_a" for name in ("running", "messages")
    )
    assert group(running) == group(messages) != group("tests/symbolic/test_messages.py::test_a")


def test_all_of_them_exist(request):
    assert all((request.config.rootpath / path).is_file() for path in TOGETHER)
