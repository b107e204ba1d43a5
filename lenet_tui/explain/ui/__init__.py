"""The explain pane and the cell inspector."""
