"""Runs the held-out data through the model and leaves no trace."""
