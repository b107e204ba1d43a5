"""The tour's pane and its steps from stop to stop."""
