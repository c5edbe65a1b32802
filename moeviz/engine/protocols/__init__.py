"""Protocol maps as jobs: blocks of cells on the workers of the studies."""
