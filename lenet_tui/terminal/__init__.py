"""The terminal itself."""
