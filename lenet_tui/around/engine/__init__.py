"""Counts the script's updates, records an iteration, and leads through what was recorded."""
