"""The side that is seen. Never imports torch."""
