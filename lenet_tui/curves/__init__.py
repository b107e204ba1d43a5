"""Curves of a training: loss, accuracy and more over the iterations."""
