"""The page of workers: who computes what, what waits, and how much comes back."""
