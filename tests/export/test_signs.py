"""What the fonts at hand do not have is replaced in a record, and the record says so."""

from __future__ import annotations

import json

from moeviz.export import record
from moeviz.export.signs import INSTEAD, unprinted


def test_signs_that_no_font_has_are_found_and_those_of_formulas_are_printed():
    formulas = "β₁ ∂ ‖ ≤ ₖ π̂ ℝ → ⁻¹ − ⊤ ✓ ✗ □ λ̃ ∈ Ω"
    assert unprinted(f"{formulas} 中文 😀", system=False) == {"中", "文", "😀"}
    assert unprinted("中" * 500 + "é – “”", system=False) == {"中"}
    many = "".join(map(chr, range(0x4E00, 0x5000)))
    assert unprinted(many, system=False) == set(many)


def test_a_record_stays_as_it_is_where_all_can_be_printed(monkeypatch):
    said = {"title": "中 x", "note": record.NOTE}
    asked = []

    def fonts(missing: set[str]):
        def found(words: str, system: bool) -> set[str]:
            asked.append(system)
            return missing if system else {"中"}

        return found

    monkeypatch.setattr(record, "unprinted", fonts(set()))
    assert (json.loads(record._printed(said)[0]), asked) == (said, [False, True])
    monkeypatch.setattr(record, "unprinted", fonts({"中"}))
    words, system = record._printed(said)
    assert json.loads(words) == {
        "title": f"{INSTEAD} x", "note": f"{record.NOTE} {record.REPLACED}"
    }  # fmt: skip
    assert system
