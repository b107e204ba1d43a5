"""Builds and runs the layer in torch."""
