"""Watchpoints: their completion and their screen."""
