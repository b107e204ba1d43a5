"""The watchpoints' screen."""
