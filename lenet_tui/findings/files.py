"""Where a file is that a finding names, as a path from the working directory."""

from __future__ import annotations

import os
from pathlib import Path

DEPTH = 4
"""Folders below the working directory that are looked into, and no deeper."""
MOST = 2_000
"""Folders that are looked into: the working directory may be a data set's."""


def path_of(name: str, own: str = "") -> str:
    """The path of the file ``name``, or the bare name where it is not known for certain.

    ``own``: the file that was checked. Another one is looked for below the working directory; where
    several have the name none is chosen.
    """
    if own and Path(own).name == name:
        return _from_here(Path(own))
    found = _below(Path.cwd(), name)
    return _from_here(found[0]) if len(found) == 1 else name


def _below(folder: Path, name: str) -> list[Path]:
    found: list[Path] = []
    for looked, (at, folders, files) in enumerate(os.walk(folder), 1):
        deep = len(Path(at).relative_to(folder).parts) >= DEPTH
        hidden = [each for each in folders if each.startswith((".", "__"))]
        folders[:] = [] if deep else sorted(set(folders) - {*hidden, "site-packages"})
        if name in files:
            found.append(Path(at) / name)
        if looked >= MOST or len(found) > 1:
            return [] if looked >= MOST else found
    return found


def _from_here(path: Path) -> str:
    absolute = path.absolute()
    inside = absolute.is_relative_to(Path.cwd())
    return (absolute.relative_to(Path.cwd()) if inside else absolute).as_posix()
