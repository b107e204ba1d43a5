"""The text of the exported script, from its parts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lenet_tui.export.plan import Block, Plan
from lenet_tui.export.source import Pulled, import_lines
from lenet_tui.export.statements import ITERATION, needs_iteration

WIDTH = 100


@dataclass(frozen=True, slots=True)
class Packed:
    """Samples for the script. ``size``: (rows, columns); ``dtype``: torch's name of it.
    ``background``: what 28×28 are padded with.

    ``packed``: base85 of zlib of numbers and labels (int32) and pixels, one after the other.
    """

    name: str
    total: int
    kept: int
    size: tuple[int, int]
    dtype: str
    divisor: float
    background: float
    packed: str


QUIET = """\
import warnings

# torch says so once where there is no numpy; nothing here needs it.
warnings.filterwarnings("ignore", message="Failed to initialize NumPy")"""


def script(
    plan: Plan,
    *,
    about: Iterable[str],
    net: Pulled,
    helpers: Pulled,
    samples: Iterable[Packed],
    recorded: Mapping[str, str],
    then: Mapping[str, str],
) -> str:
    """The whole script.

    ``about``: the lines it begins with. ``net``, ``helpers``: definitions of the model, and of
    what the statements and the end of the script call. ``recorded``: the digests that must come
    out. ``then``: where they were recorded.
    """
    used = reversed(dict.fromkeys(reversed(plan.devices)))
    devices = "".join(f"{json.dumps(device)}, " for device in used).strip()
    pieces = [
        "\n".join(['"""' + "\n".join(about), '"""']),
        "from __future__ import annotations",
        QUIET,
        "\n".join(import_lines([*net.imports.values(), *helpers.imports.values()])),
        *spaced(net.definitions),
        session(plan.blocks, plan.has_loss, plan.end()),
        *spaced(helpers.definitions),
        table("RECORDED", recorded) + "\n" + table("THEN", then),
        *map(data, samples),
        f'if __name__ == "__main__":\n    sys.exit(main(session, ({devices}), RECORDED, THEN))',
    ]
    return joined(pieces)


def spaced(definitions: Mapping[str, str]) -> list[str]:
    """Definitions, with no blank line between constants that follow each other."""
    pieces: list[str] = []
    for text in definitions.values():
        if pieces and not any(t.startswith(("def", "class", "@")) for t in (text, pieces[-1])):
            pieces[-1] += "\n" + text
        else:
            pieces.append(text)
    return pieces


def joined(pieces: Iterable[str]) -> str:
    """Pieces of a module with two empty lines around each function and class, else one."""
    text = ""
    big = False
    for piece in pieces:
        wide = piece.startswith(("def", "class", "@", "if __name__"))
        text += ("\n\n\n" if wide or big else "\n\n") * bool(text) + piece
        big = wide
    return text + "\n"


def session(blocks: Iterable[Block], has_loss: bool, net: str) -> str:
    """The function that trains; ``net``: what it returns as the model."""
    lines = ["def session() -> tuple[nn.Module, Tensor | None]:",
             '    """The session, from its seed to where the cursor stood."""']  # fmt: skip
    for number, block in enumerate(blocks):
        if number:
            lines.append("")
        lines += [f"    {line}" for line in body(block)]
    lines += ["", f"    return {net}, " + ("loss" if has_loss else "None")]
    return "\n".join(line.rstrip() for line in lines)


def body(block: Block) -> list[str]:
    """The lines of a block; those of many iterations in a loop."""
    if block.first == block.last:
        title = block.title or (f"iteration {block.first}" if block.first else "")
        numbered = block.first and needs_iteration(block.lines)
        number = [f"{ITERATION} = {block.first}"] if numbered else []
        return [*([f"# {title}"] if title else []), *number, *block.lines]
    lines = [f"for iteration in range({block.first}, {block.last + 1}):"]
    lines += [f"    {line}" for line in block.lines]
    if all(line.startswith("#") for line in block.lines):
        lines.append("    pass")
    return lines


def table(name: str, values: Mapping[str, str]) -> str:
    """A dictionary of texts, one entry a line."""
    rows = [f"    {json.dumps(key)}: {json.dumps(value)}," for key, value in values.items()]
    return "\n".join([f"{name} = {{", *rows, "}"])


def data(samples: Packed) -> str:
    """The samples as a constant."""
    rows = [samples.packed[i : i + WIDTH] for i in range(0, len(samples.packed), WIDTH)]
    fields = (
        f"total={samples.total}, kept={samples.kept}, size={samples.size}, "
        f"dtype=torch.{samples.dtype}, divisor={samples.divisor}"
    )
    if samples.size == (28, 28):
        fields += f", background={samples.background!r}"
    packed = "\n".join(['    packed="""', *rows, '""",'])
    return f"{samples.name.upper()} = dict(\n    {fields},\n{packed}\n)"
