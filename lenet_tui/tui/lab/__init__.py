"""The layer lab on the screen."""
