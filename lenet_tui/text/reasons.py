"""Why a device or a screen cannot be used, in two languages."""

from __future__ import annotations

from lenet_tui.text.words import Words

_CHINESE = {
    "no CUDA GPU was found": "未找到 CUDA GPU",
    "this torch was built without CUDA": "此 torch 编译时未包含 CUDA",
    "no Metal GPU was found": "未找到 Metal GPU",
    "this torch was built without MPS": "此 torch 编译时未包含 MPS",
    "stdin is no terminal": "标准输入不是终端",
    "stderr is no terminal": "标准错误不是终端",
    "stdin is closed": "标准输入已关闭",
    "stderr is closed": "标准错误已关闭",
    "TERM is dumb": "TERM 为 dumb",
}


def reason(said: str, words: Words) -> str:
    """``said`` in the language of ``words``; torch's own messages stay as they are."""
    return _CHINESE.get(said, said) if words.language == "zh" else said
