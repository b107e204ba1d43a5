"""Keyframes, seeking, and the session that leads through time."""
