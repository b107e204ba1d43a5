"""Palettes, inks and the heatmap widget."""
