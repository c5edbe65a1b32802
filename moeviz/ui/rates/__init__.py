"""The papers' rates as one matrix: what its links say, and the component that draws it."""
