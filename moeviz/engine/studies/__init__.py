"""Convergence studies as jobs: blocks on Dask workers."""
