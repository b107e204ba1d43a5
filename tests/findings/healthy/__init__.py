"""Healthy programs of many kinds, none of which a check may accuse."""
