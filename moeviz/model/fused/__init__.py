"""Passes over the samples whose elementwise steps run in one loop, compiled on this machine."""
