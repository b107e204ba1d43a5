"""The screen that shows the differences."""
