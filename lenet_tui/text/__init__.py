"""The two languages' machinery, numbers as they are written, and foreign strings cleaned."""
