"""The lessons that ship with the project, in their order."""

from collections.abc import Mapping

from moeviz.lessons.blocks import Lesson
from moeviz.lessons.shipped.close import CLOSE
from moeviz.lessons.shipped.gauge import GAUGE
from moeviz.lessons.shipped.slow import SLOW

LESSONS: Mapping[str, Lesson] = {lesson.name: lesson for lesson in (GAUGE, SLOW, CLOSE)}
