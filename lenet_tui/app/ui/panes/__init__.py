"""The panes that belong to no single feature."""
