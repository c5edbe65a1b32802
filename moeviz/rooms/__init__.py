"""Lecture rooms: a class that is led through steps, answers, and sees itself think."""
