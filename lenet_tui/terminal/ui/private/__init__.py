"""All that this package uses of Textual's private parts; imported only where ``private_ok()``.

Each module here has a plain counterpart on public means, which does the same more slowly.
"""
