"""Lessons: questions, pictures, predictions, and facts that are computed when shown."""

from moeviz.lessons.shelf import LESSONS

__all__ = ["LESSONS"]
