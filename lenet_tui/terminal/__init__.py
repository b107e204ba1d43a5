"""The terminal itself, and what it has taken of what was written."""
