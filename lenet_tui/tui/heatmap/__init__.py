"""Drawing a view: palettes, inks, the widget and its legend."""
