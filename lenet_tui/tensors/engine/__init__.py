"""Reduces a tensor on its device."""
