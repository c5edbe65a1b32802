"""For authors: which facts a lesson uses, and where each of its sources comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from moeviz.lessons.blocks import Block, Check, If, Next, Predict
from moeviz.lessons.conditions import Condition
from moeviz.lessons.facts import OfCells, OfClaim, OfCurve, OfMap, OfTraining, Source, names_of
from moeviz.lessons.filled import Facts
from moeviz.lessons.lesson import Lesson, Step
from moeviz.lessons.questions import Choice, Order, Question
from moeviz.lessons.reader import words_of
from moeviz.lessons.results import Results, Shipped
from moeviz.lessons.runs import Run
from moeviz.lessons.words import places


def used_facts(lesson: Lesson) -> dict[str, tuple[str, ...]]:
    """Return by source which of its facts a lesson says, asks or compares, each as source.fact.

    Parameters
    ----------
    lesson : Lesson
    """
    names = dict.fromkeys(name for step in lesson.steps for name in _of_step(step))
    return {
        source: tuple(name for name in names if name.partition(".")[0] == source)
        for source in lesson.facts
    }


def runs_read(steps: Iterable[Step], lesson: Lesson) -> list[tuple[str, str]]:
    """Return what must have run for steps to be seen: kinds and names, each once.

    Parameters
    ----------
    steps : iterable of Step
        Of the lesson: their words, what they ask and compare, and the results that they draw.
    lesson : Lesson
    """
    found: list[tuple[str, str]] = []
    for step in steps:
        named = dict.fromkeys(name.partition(".")[0] for name in _of_step(step))
        found += filter(None, (_read(lesson.facts.get(name)) for name in named))
        shown = (block.shows if isinstance(block, Check) else block for block in step.blocks)
        found += [(run.what, run.name) for run in shown if isinstance(run, Run)]
    return list(dict.fromkeys(found))


def _read(source: Source | None) -> tuple[str, str] | None:
    """Return the kind and the name of what a source reads; None of a picture."""
    if isinstance(source, OfCurve):
        return "study", source.study
    if isinstance(source, OfTraining):
        return "training", source.preset
    if isinstance(source, OfMap):
        return "protocol", source.figure
    return ("check", source.claim) if isinstance(source, OfClaim) else None


def _of_step(step: Step) -> Iterator[str]:
    for words in words_of(step):
        yield from places(words)
    for block in step.blocks:
        yield from _of_block(block)


def _of_block(block: Block) -> Iterator[str]:
    """Yield the facts that are no part of a text."""
    if isinstance(block, If):
        yield from _of_condition(block.when)
    elif isinstance(block, Next):
        for way in block.ways:
            yield from places(way.label)
    elif isinstance(block, Predict | Check):
        yield from _of_question(block.question)


def _of_question(question: Question) -> Iterator[str]:
    if isinstance(question, Choice):
        for option in question.options:
            yield from _of_condition(option.when)
    elif isinstance(question, Order):
        for item in question.items:
            yield from (item.fact, *(item.between or ()))
    else:
        yield from (question.fact, *(question.interval or ()))


def _of_condition(when: Condition) -> Iterator[str]:
    for each in when:
        yield from each.names


def sources_of(lesson: Lesson, facts: Facts) -> list[str]:
    """Return in a few words which runs and certificates a lesson's facts come from, each once.

    Parameters
    ----------
    lesson : Lesson
    facts : mapping of str to Fact
        As they were looked up.
    """
    found = []
    for name, source in lesson.facts.items():
        seed, date = (facts.get(f"{name}.{fact}") for fact in ("seed", "date"))
        if isinstance(source, OfCurve):
            found.append(f"study {source.study}, truth {seed} ({date})")
        elif isinstance(source, OfTraining):
            found.append(f"training {source.preset}, draws {seed} ({date})")
        elif isinstance(source, OfMap):
            found.append(f"protocols of {source.figure} ({date})")
        elif isinstance(source, OfClaim):
            found.append(f"claim {source.claim} ({date})")
    return list(dict.fromkeys(found))


def origin(source: Source, results: Results | None = None) -> str:
    """Return where a source's facts come from, so that two can be held side by side.

    Parameters
    ----------
    source : Source
    results : Results, optional
        By itself what ships.
    """
    found = results or Shipped()
    if isinstance(source, OfCurve):
        return _of_curve(source, found)
    if isinstance(source, OfClaim):
        facts = source.facts(found)
        return f"claim {source.claim}, {facts['reference']} ({facts['paper']}), of {facts['date']}"
    if isinstance(source, OfMap):
        return f"protocol map {source.figure}, of {found.protocol(source.figure).date}"
    if isinstance(source, OfTraining):
        facts = source.facts(found)
        return (
            f"training {source.preset}; {facts['title']} against {facts['beside']}; "
            f"{facts['steps']} steps, {facts['seeds']} seeds from {facts['seed']} on; "
            f"of {facts['date']}"
        )
    return "two pictures of cells" if isinstance(source, OfCells) else "a picture of gates"


def _of_curve(source: OfCurve, results: Results) -> str:
    kept = results.study(source.study)
    curve, facts = source.key.of(kept.result), source.facts(results)
    named = names_of(curve)
    named["curve"] = named.pop("kind")
    spec = kept.result.spec
    sizes = f"{facts['from']:,} to {facts['to']:,}" if curve.n else "none"
    return (
        f"study {source.study}; {', '.join(f'{key} {name}' for key, name in named.items())}; "
        f"{spec['true_atoms']} true experts, {spec['atoms']} fitted, x with {spec['dimension']} "
        f"entries; truth {facts['seed']}; "
        f"{facts['fits']} fits at each of {facts['sizes']} sizes, {sizes}; of {kept.date}"
    )
