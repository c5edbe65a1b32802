"""The page of cells: truth and fit as atoms, and what losses say of them."""
