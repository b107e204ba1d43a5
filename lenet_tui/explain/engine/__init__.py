"""Recomputes a cell from its terms and proves the rounding."""
