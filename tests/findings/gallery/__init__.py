"""Broken programs and their healthy twins, as training files.

``ID__SHAPE.py`` is both: a line that ends in ``# broken`` is only in the broken program, one that
ends in ``# healthy`` only in its twin.
"""
