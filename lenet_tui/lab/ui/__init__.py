"""The lab's screen."""
