"""Pulls the model's source and the samples into the script."""
