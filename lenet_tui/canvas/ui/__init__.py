"""The screen with the picture and the outputs."""
