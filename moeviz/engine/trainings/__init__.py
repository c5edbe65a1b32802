"""Training runs as jobs: blocks that each go on from the state of another."""
