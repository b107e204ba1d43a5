"""Offers the saved sessions."""
