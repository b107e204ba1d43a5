"""A layer tried by itself: its window, shapes, formula and numbers."""
