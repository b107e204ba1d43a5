"""Runs a few iterations, has detectors look at them, and undoes everything."""
