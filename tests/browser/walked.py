"""Somebody who walks a lesson to its end with a keyboard alone, and answers wrongly."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from moeviz.lessons.answers import judged, right_option, right_order, with_guess
from moeviz.lessons.blocks import Check, Look, Predict
from moeviz.lessons.conditions import holds
from moeviz.lessons.filled import filled
from moeviz.lessons.lesson import Lesson, Step
from moeviz.lessons.questions import Answer, Choice, Order, Question, Slope
from moeviz.lessons.reader import looked_up
from moeviz.lessons.runs import Run
from tests.browser.lab import script_rests

MOST_TABS = 120
"""So many stops lie at most between two things of one step."""

LIVE_MS = 600_000

SLOW_MS = 60_000
"""A fresh server has nothing in its memory yet, and others may use the machine."""

RELOAD_TRIES = 100

HOLDS = """() => {
    const at = document.activeElement;
    return at && at !== document.body && at.isConnected && at.getClientRects().length > 0;
}"""
"""Whether something on the page has the focus."""

STAYS = """() => [...document.querySelectorAll(".moeviz-meaning:popover-open")]
    .some((box) => !box.parentElement.contains(document.activeElement))"""
"""Whether the meaning of a word covers the page though the keyboard has gone on."""

LETTERS = re.compile(r"[^a-z0-9−.]+")


def letters(words: str) -> str:
    """What is left of words when signs of markup, spaces and capitals are gone."""
    return LETTERS.sub("", words.lower())


class Keys:
    """A hand that has a keyboard and nothing else.

    Parameters
    ----------
    page : Page
    """

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, target: Locator) -> None:
        """Press Tab until something has the focus."""
        target.wait_for(timeout=SLOW_MS)
        for _ in range(MOST_TABS):
            if target.evaluate("node => node.contains(document.activeElement)"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} is not reached by {MOST_TABS} times Tab")

    def turn_to(self, group: Locator, place: int) -> None:
        """Go to one of those that are one stop of the keyboard, by its arrows."""
        here = "nodes => nodes.indexOf(document.activeElement)"
        for _ in range(2 * group.count()):
            at = group.evaluate_all(here)
            if at == place:
                return
            self.page.keyboard.press("ArrowRight" if at < place else "ArrowLeft")
        raise AssertionError(f"no arrow leads to {place} of {group}")

    def press(self, target: Locator, key: str = "Enter") -> None:
        """Go to something and press a key there."""
        self.reach(target)
        assert not self.page.evaluate(STAYS)
        self.page.keyboard.press(key)


class Walk:
    """One walk through one lesson.

    Parameters
    ----------
    page : Page
    lesson : Lesson
    picture : callable
        Keeps a picture of the screen under a name.
    """

    def __init__(self, page: Page, lesson: Lesson, picture: Callable[[str], Path]) -> None:
        self.page, self.lesson, self.picture = page, lesson, picture
        self.keys = Keys(page)
        self.facts = looked_up(lesson)
        self.lost: list[str] = []
        self.seconds: dict[str, float] = {}

    def go(self) -> None:
        """Walk from the list of lessons to the lesson's end."""
        for number, step in enumerate(self.lesson.steps, start=1):
            began = time.monotonic()
            self.at(number)
            self.picture(f"{number}-{step.id}")
            self.do(step, number)
            self.seconds[step.id] = time.monotonic() - began
            if number < len(self.lesson.steps) and not isinstance(_asks(step), Predict):
                self.keys.press(self.button("Next"))

    def at(self, number: int) -> None:
        """Wait for a step to stand, and look at it."""
        words = re.compile(f"^{number} of {len(self.lesson.steps)}:")
        self.page.get_by_text(words).wait_for(timeout=SLOW_MS)
        step = self.lesson.steps[number - 1]
        if any(isinstance(block, Run) and block.what == "study" for block in step.blocks):
            self.page.locator(".moeviz-canvas[data-redraws]").first.wait_for(timeout=SLOW_MS)
        elif any(isinstance(block, Look) and block.picture for block in step.blocks):
            self.page.locator(".moeviz-plane[data-draws]").first.wait_for(timeout=SLOW_MS)
        self.rest(f"at step {number}")

    def do(self, step: Step, number: int) -> None:
        """Do what a step asks for, wrongly."""
        if (block := _asks(step)) is not None:
            said = wrong(block.question, self.facts)
            self.answer(block.question, said)
            self.picture(f"{number}-{step.id}-said")
            name = "That is my prediction" if isinstance(block, Predict) else "That is my answer"
            expect(self.button(name)).to_be_enabled(timeout=SLOW_MS)
            self.keys.press(self.button(name))
            if isinstance(block, Check):
                self.rest(f"after the answer of {step.id}")
                self.told(block, said)
        if step.reveal is not None:
            asked = self.lesson.step(step.reveal.of).question
            assert asked is not None
            self.told(step.reveal, wrong(asked, self.facts), asked)
            self.reload()
        if any(run.live for run in step.runs):
            self.live()
        self.picture(f"{number}-{step.id}-end")

    def answer(self, question: Question, said: Answer) -> None:
        """Give an answer."""
        keyboard = self.page.keyboard
        if isinstance(question, Choice):
            names = [option.name for option in question.options]
            radios = self.page.get_by_role("radio")
            self.keys.press(radios.first, "Space")
            for _ in range(names.index(str(said))):
                keyboard.press("ArrowDown")
            expect(radios.nth(names.index(str(said)))).to_be_checked()
        elif isinstance(question, Slope):
            diamond = self.page.get_by_role("slider", name="slope of your line")
            self.keys.reach(diamond)
            self._turn(diamond, float(said) - question.start, question.step, "Up", "Down")
        elif isinstance(question, Order):
            names = [item.name for item in question.items]
            group = self.page.get_by_test_id("stButtonGroup")
            for place, name in enumerate(said if isinstance(said, tuple) else (), start=1):
                self.keys.reach(group)
                self.keys.turn_to(group.locator("button"), names.index(name))
                keyboard.press("Space")
                points = self.page.locator(".st-key-lessons-asked-order ol li")
                expect(points).to_have_count(place)
        else:
            slider = self.page.get_by_role("slider")
            slider = slider.and_(self.page.locator("[data-testid=stSlider] *"))
            self.keys.reach(slider)
            self._turn(slider, float(said) - question.start, question.step, "Right", "Left")
        self.rest("while answering")

    def _turn(self, at: Locator, by: float, step: float, more: str, less: str) -> None:
        for _ in range(round(abs(by) / step)):
            self.page.keyboard.press(f"Arrow{more if by > 0 else less}")

    def told(self, block, said: Answer, asked: Question | None = None) -> None:
        """Look for what the page says of a wrong answer."""
        question = asked or block.question
        verdict = judged(question, said, self.facts)
        assert verdict in ("wrong", "near")
        words = {"wrong": block.wrong, "near": block.near}[verdict]
        expected = letters(filled(words, with_guess(self.facts, question, said)))
        self.page.wait_for_function(
            """([words, letters]) => document.body.innerText.toLowerCase()
                .replace(new RegExp(letters, "g"), "").includes(words)""",
            arg=[expected, LETTERS.pattern],
            timeout=SLOW_MS,
        )

    def live(self) -> None:
        """Run what can be run, watch it end, and go back to what ships."""
        run = self.page.get_by_role("button", name=re.compile("^(Run it live|Decide it again)"))
        self.keys.press(run)
        self.rest("after the start of a run")
        self.picture("live")
        done = self.page.get_by_text(re.compile(r"^Run on this server"))
        done.wait_for(timeout=LIVE_MS)
        self.rest("after the end of a run")
        self.picture("live-end")
        self.keys.press(self.button("Back to the kept result"))
        done.wait_for(state="detached")
        self.rest("back at the kept result")

    def reload(self) -> None:
        """Reload, and find all as it was."""
        before = self.said()
        self.page.reload()
        self.page.get_by_text(re.compile(r"^\d+ of \d+:")).wait_for(timeout=SLOW_MS)
        for _ in range(RELOAD_TRIES):
            if (after := self.said()) == before:
                break
            self.page.wait_for_timeout(200)
        assert after == before

    def said(self) -> str:
        """What stands in the texts of the step."""
        texts = self.page.locator(".moeviz-text, [data-testid=stMarkdown]")
        return "\n".join(texts.all_inner_texts())

    def button(self, name: str) -> Locator:
        """A button."""
        return self.page.get_by_role("button", name=name, exact=True)

    def rest(self, where: str) -> None:
        """Wait until the page rests, and note what is not as it should be."""
        self.page.wait_for_timeout(50)
        script_rests(self.page)
        self.page.wait_for_timeout(250)
        assert self.page.get_by_test_id("stException").count() == 0
        width = self.page.viewport_size["width"]
        wide = self.page.evaluate(
            "Math.max(document.querySelector('[data-testid=stMain]').scrollWidth, "
            "document.documentElement.scrollWidth)"
        )
        assert wide <= width, f"{where}: {wide} of {width}"
        if not self.page.evaluate(HOLDS):
            self.lost.append(where)


def wrong(question: Question, facts) -> Answer:
    """An answer that is wrong today."""
    if isinstance(question, Choice):
        right = right_option(question, facts)
        others = [option for option in question.options if not holds(option.when, facts)]
        assert right is not None
        return others[-1].name
    if isinstance(question, Order):
        right_one = right_order(question, facts)
        assert right_one is not None
        return tuple(reversed(right_one))
    value = float(facts[question.fact])
    far = max(question.low, question.high, key=lambda end: abs(end - value))
    steps = round((far - question.start) / question.step)
    said = round(question.start + steps * question.step, 6)
    assert judged(question, said, facts) != "right"
    return said


def _asks(step: Step) -> Predict | Check | None:
    return next((b for b in step.blocks if isinstance(b, Predict | Check)), None)
