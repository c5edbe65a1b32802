"""The words: one file says them all, and the documentation, the papers and the pages agree."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from moeviz.charts.glossary import GLOSSARY, find_term, split_at_terms
from moeviz.charts.glossary_page import anchor, glossary_markdown
from moeviz.cli.program import main
from tests.support import of_every

DOCS = Path(__file__).parents[2] / "docs"
TERMS = list(GLOSSARY.values())
PAPERS = ("cosine", "sigmoid", "multinomial", "compete")


def headings(page: str) -> set[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return {anchor(line.lstrip("#").strip()) for line in text.splitlines() if line.startswith("#")}


def test_the_page_of_the_documentation_is_what_the_file_says():
    assert (DOCS / "glossary.md").read_text(encoding="utf-8") == glossary_markdown()


@of_every(TERMS)
def test_a_word_says_one_sentence_and_leads_on(term):
    assert re.fullmatch(r"[^.]*(?:\d\.\d[^.]*)*\.", term.says), "not one sentence"
    assert term.more.endswith(".")
    assert set(term.near) <= set(GLOSSARY) - {term.id}
    assert term.near
    assert bool(term.page) == bool(term.look)
    assert all(part.strip().startswith(PAPERS) for part in term.source.split(";") if part.strip())


@of_every([term for term in TERMS if term.docs])
def test_the_documentation_has_what_a_word_points_to(term):
    page, _, heading = term.docs.partition("#")
    assert {heading} <= headings(page) | {""}


def test_titles_and_forms_mean_one_word_each():
    forms = [form.lower() for term in TERMS for form in {term.title.lower(), *term.forms}]
    meant = [{form.lower() for form in (term.title, *term.forms)} for term in TERMS]
    assert sum(map(len, meant)) == len(set(forms))
    assert all(find_term(form) is term for term in TERMS for form in (term.title, *term.forms))


def test_the_words_of_the_notation_are_in_the_glossary():
    words = (DOCS / "notation.md").read_text(encoding="utf-8").partition("## Words")[2]
    named = re.findall(r"(?<!\w)\*(\w[\w\s-]*)\*", words)
    assert len(named) >= 14
    assert all(find_term(word.replace("\n", " ")) for word in named)


@of_every([term for term in TERMS if term.forms])
def test_a_word_is_found_in_a_text_as_it_stands_there(term):
    for form in term.forms:
        text = f"So {form}, and {form}."
        assert split_at_terms(text) == ["So ", (term.id, form), f", and {form}."]


def test_only_whole_words_are_found_and_the_longest_form_counts():
    assert split_at_terms("Em dashes, gatekeepers and non-gauge words") == [
        "Em dashes, gatekeepers and non-gauge words"
    ]
    assert split_at_terms("Crowded cells of a Voronoi cell") == [
        ("crowded", "Crowded cells"),
        " of a ",
        ("cell", "Voronoi cell"),
    ]
    assert split_at_terms("") == []


def test_the_command_prints_a_word_all_words_and_the_page(capsys):
    assert main(["glossary", "second-order", "cone"]) == 0
    assert capsys.readouterr().out.startswith("second-order cone  M ⪰ 0\n")
    assert main(["glossary", "--json"]) == 0
    assert [one["id"] for one in json.loads(capsys.readouterr().out)] == list(GLOSSARY)
    assert main(["glossary", "--markdown"]) == 0
    assert capsys.readouterr().out == glossary_markdown()


@pytest.mark.parametrize(
    ("asked", "said"), [("wibble", "known are mixture"), ("kullback", "near it are")]
)
def test_a_word_that_is_not_there_is_refused_with_those_that_are(capsys, asked, said):
    assert main(["glossary", asked]) == 2
    assert said in capsys.readouterr().err
