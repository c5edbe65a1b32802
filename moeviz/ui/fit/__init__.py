"""The page of one fit: a data set, a start, and what the optimiser makes of them."""
