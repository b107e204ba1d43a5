"""Runs both and aligns their tapes."""
