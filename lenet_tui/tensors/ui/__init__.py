"""Tensor panes, numbers, pictures of planes."""
