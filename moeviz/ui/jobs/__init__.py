"""The page of a visitor's jobs: what they asked for, wherever it is computed, and their way out."""
