"""What was made lately is made once, and only so much of it is remembered."""

from __future__ import annotations

import pytest

from moeviz.recent import Recent


def test_a_value_is_made_once_and_the_oldest_is_forgotten():
    known: Recent[int] = Recent(2)
    made = []

    def make(value):
        return lambda: made.append(value) or value

    assert [known.get(key, make(key)) for key in (1, 2, 1, 3, 2, 1)] == [1, 2, 1, 3, 2, 1]
    assert made == [1, 2, 3, 1]


def test_what_could_not_be_made_is_not_remembered():
    known: Recent[int] = Recent(2)
    with pytest.raises(ZeroDivisionError):
        known.get("a", lambda: 1 // 0)
    assert known.get("a", lambda: 5) == 5
