"""Asks for the file's name and writes it."""
