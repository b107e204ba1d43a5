"""The cell inspector: one number, and where it came from."""
