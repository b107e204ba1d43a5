"""Restore, type-ahead, line widgets, toasts; chooses how the screen is painted."""
