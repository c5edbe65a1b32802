"""Lessons: guided pages with a prediction that is made before anything is revealed."""
