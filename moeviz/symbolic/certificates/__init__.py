"""What a verdict shows: answers, certificates as plain data, their LaTeX and their script."""
