"""Evaluates a condition on the tape."""
