"""Runs the iteration twice and compares the tapes."""
