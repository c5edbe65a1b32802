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
    script, catalogue = (
        f"tests/symbolic/test_{name}.py::test_a" for name in ("script", "catalogue")
    )
    assert group(script) == group(catalogue) == "claims"
    assert group("tests/browser/test_script.py::test_a") == "tests/browser/test_script.py"


def test_all_of_them_exist(request):
    assert all((request.config.rootpath / path).is_file() for path in TOGETHER)
