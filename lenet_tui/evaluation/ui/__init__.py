"""Asks for an evaluation and says what came out."""
