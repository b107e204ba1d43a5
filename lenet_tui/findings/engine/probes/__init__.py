"""Tries something on one batch, and undoes it to the bit."""
