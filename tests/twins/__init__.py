"""Tests of the twins room."""
