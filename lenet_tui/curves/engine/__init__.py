"""Measures the gradients and the last update as a whole."""
