"""Pane, dialogs, tabs, glyphs, prose, keys."""
