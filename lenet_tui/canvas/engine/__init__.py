"""Runs the model on the picture, beside the session."""
