"""The handout: two pages, whatever the study holds."""

from __future__ import annotations

import pytest

from moeviz.errors import SpecificationError
from moeviz.export.handout import LONGEST_CODE, handout_data, handout_pages, study_handout
from moeviz.export.model import model_lines
from moeviz.study import PRESETS, assemble
from tests.export.conftest import LINK, renamed, repeated

PNG = b"\x89PNG"


def test_it_is_a_pdf_and_the_same_for_the_same_result(small):
    made = study_handout(small, LINK)
    assert made.startswith(b"%PDF")
    assert study_handout(small, LINK) == made
    assert study_handout(small) != made


@pytest.mark.parametrize("what", ["kept", "most", "classes", "empty", "many", "odd"])
def test_it_has_two_pages(what, small, kept, empty):
    results = {
        "kept": kept[0],
        "classes": kept[1],
        "most": kept[2],
        "empty": empty,
        "many": repeated(kept[2], 6),
        "odd": renamed(small, '#panic() $x$ \\ " ] *é* 漢 @a <b> // /* \x00'),
    }
    pages = handout_pages(results[what], LINK, 30.0)
    assert len(pages) == 2
    assert all(page.startswith(PNG) for page in pages)


def test_a_long_formula_of_ones_own_is_printed_and_keeps_two_pages():
    score = "b1*x1 + b2*x2^2 + b3*x1*tanh(x2) + b4*sin(x1)*exp(x2) + b5*x1^3*softplus(x2)"
    fields = {"routers": ("custom",), "score_formula": f"{score} + b6*x2^5"}
    spec = PRESETS["lab"].build({**fields, "gates": ("top-softmax",), "atoms": 3})
    (formula,) = (line for title, line in model_lines(spec) if title == "router of your own")
    assert all(f"beta_({place} i)" in formula for place in range(1, 7))
    assert len(handout_pages(assemble(spec, {}, 0.0, ""), LINK, 30.0)) == 2


def test_pages_of_two_studies_differ(small, kept):
    one, other = handout_pages(small, LINK, 30.0), handout_pages(kept[0], LINK, 30.0)
    assert one[0] != other[0]
    assert one[1] != other[1]


def test_a_code_stands_beside_a_link_that_a_telephone_can_read(small):
    assert "<svg" in handout_data(small, LINK)["code"]
    assert handout_data(small, "")["code"] == ""
    long = f"https://lab.example/?{'a' * LONGEST_CODE}"
    assert handout_data(small, long)["code"] == ""
    assert len(handout_pages(small, long, 20.0)) == 2


def test_a_link_with_spaces_is_refused(small):
    with pytest.raises(SpecificationError, match="Expected a link"):
        study_handout(small, "javascript: alert(1)")


def test_the_models_are_named_part_by_part():
    spec = PRESETS["cosine-exact"].build({})
    lines = dict(model_lines(spec))
    assert list(lines)[1:3] == ["cosine router", "perturbed cosine router"]
    assert lines["cosine router"] == (
        "s_i (x) = frac(beta_(1 i)^top x, norm(beta_(1 i)) thin norm(x)) + beta_(0 i)"
    )
    assert lines["softmax gate"] == "g_i (x) = frac(exp(s_i), sum_j exp(s_j))"
