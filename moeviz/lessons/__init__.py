"""Lessons as data: questions, pictures, predictions, and facts that are computed when shown."""

from moeviz.lessons.shipped import LESSONS

__all__ = ["LESSONS"]
