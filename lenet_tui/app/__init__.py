"""Composes everything into one app."""
