"""What two studies differ in."""

from __future__ import annotations

from moeviz.charts.differences import differences, differences_words
from moeviz.study import PRESETS


def test_equal_settings_differ_in_nothing():
    spec = PRESETS["cosine-exact"].build({})
    assert differences(spec, spec) == []
    assert differences_words(spec, spec) == "the same settings"


def test_each_setting_that_differs_is_named_with_both_values():
    preset = PRESETS["cosine-exact"]
    one, other = preset.build({"seed": 2, "replicates": 5}), preset.build({"replicates": 6})
    found = differences(one, other)
    assert {(before, after) for _, before, after in found} == {
        ("2", str(other["seed"])),
        ("5", "6"),
    }
    assert differences_words(one, other).count(" instead of ") == 2


def test_of_many_differences_some_are_named_and_the_rest_is_counted():
    one = PRESETS["cosine-exact"].build({})
    other = PRESETS["gaussian-over"].build({})
    number = len(differences(one, other))
    assert number > 4
    assert differences_words(one, other).endswith(f"; and {number - 4} more")
    assert len(differences_words(one, other)) < 600
