"""Saves a session to a file and takes it up again."""
