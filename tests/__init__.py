"""The tests. What helpers of tests assert is counted and explained like a test's own words."""

import pytest

pytest.register_assert_rewrite(
    "engine_helpers",
    "tests.browser.lab",
    "tests.browser.server",
    "tests.charts.figures",
    "tests.support",
    "tests.symbolic.certificates",
    "tests.ui.still",
)
