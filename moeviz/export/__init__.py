"""A study as files that leave the laboratory: picture, LaTeX, notebook and handout.

Each module makes one of them from a result alone, the same bytes from the same result.
"""
