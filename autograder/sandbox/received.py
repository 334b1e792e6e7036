"""What may be shown and said of what the student's process sends: plain text, PNG, names.

Pure functions. Whatever comes in, what goes out is bounded, carries no script, and can be
written to a notebook.
"""

from __future__ import annotations

import base64
import builtins
import math
import re
import types
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.answers import Answer, Problem
from autograder.sandbox import wire
from autograder.sandbox.limits import Limits

MAX_OUTPUTS, MAX_ERRORS = 1000, 20
#: Of all cells together: each is a thing of its own in a page, however short.
NOTEBOOK_OUTPUTS = 10_000
IMAGE_BYTES = 5 * 2**20
#: Pixels along each side, and in all of a notebook's: a small file can unpack to gigabytes,
#: in the browser of whoever reads the page.
IMAGE_SIDE, NOTEBOOK_PIXELS = 10_000, 250_000_000
#: What a feedback page has room for: wider images are shown in this width.
PAGE_PIXELS = 1000
#: Beyond the limit, so that the error shows after too much other output.
ERROR_CHARS = 20_000
ALT_CHARS = 2000

PNG_START = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
OVERWRITTEN = re.compile(r"^.*\r(?=[^\r\n])", re.MULTILINE)

#: Names that a student's program may have shown: it cannot choose them freely.
EXCEPTIONS = frozenset(
    [name for name, kind in vars(builtins).items()
     if isinstance(kind, type) and issubclass(kind, BaseException)]
    + [name for name in vars(np.exceptions) if not name.startswith("_")] + ["LinAlgError"])
TYPES = frozenset(
    [kind.__name__ for module in (builtins, types) for kind in vars(module).values()
     if isinstance(kind, type)]
    + ["matrix", "MaskedArray", "memmap", "recarray", "str_", "bytes_", "datetime64",
       "timedelta64", "void", "Figure", "Axes", "DataFrame", "Series", "Tensor",
       "dict with keys other than str", "a value that is too large",
       "a value that is nested too deeply", *wire.OTHER_ARRAYS.values()])


def checked_answer(reply: dict[str, Any], names: Sequence[str]) -> Answer:
    """An answer in which a student's program has chosen no word freely."""
    match reply:
        case {"value": value}:
            return Answer(value)
        case {"problem": {"kind": "missing", "detail": str(name)}} if name in names:
            return Answer(problem=Problem("missing", name))
        case {"problem": {"kind": "raised", "detail": str(name)}}:
            return Answer(problem=Problem("raised", name if name in EXCEPTIONS else "Exception"))
        case {"problem": {"kind": "unreadable", "detail": str(name)}}:
            return Answer(problem=Problem("unreadable", name if name in TYPES else "object"))
    return Answer(problem=Problem("died"))


def error_output(name: str, sentence: str, traceback: list[str] | None = None) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": sentence,
            "traceback": [sentence] if traceback is None else traceback}


@dataclass
class Room:
    """What all cells of a notebook together may still show.

    Args:
        chars: Characters.
        image_bytes: Of images.
        pixels: Of images, too.
        outputs: Texts, images and errors.
    """

    chars: int
    image_bytes: int
    pixels: int = NOTEBOOK_PIXELS
    outputs: int = NOTEBOOK_OUTPUTS


def checked_outputs(reply: dict[str, Any], limits: Limits, count: int,
                    room: Room) -> list[dict[str, Any]]:
    """A reply's outputs in nbformat's form; what is not as it should be is left out.

    Args:
        reply: From a worker, so it may be anything.
        limits: Of the session.
        count: The cell's number.
        room: What is left for it and the cells after it; becomes less.
    """
    rules = _OutputRules(limits, count, bool(reply.get("cut")), room)
    raw = reply.get("outputs")
    raw = raw if type(raw) is list else []
    most = min(MAX_OUTPUTS, room.outputs)
    outputs = [checked for output in raw[:most] if (checked := rules.checked(output))]
    room.outputs -= len(outputs)
    if rules.cut or len(raw) > most:
        outputs.append({"output_type": "stream", "name": "stderr", "text":
                        f"[Output cut: a cell may show {limits.output_chars:,} characters "
                        f"and {limits.images} images, a notebook {limits.notebook_chars:,} "
                        f"characters and {limits.notebook_image_bytes // 2**20} MiB of images.]\n"
                        })
    room.chars = max(room.chars - rules.used, 0)
    return outputs


class _OutputRules:
    """Turns what a worker says that it showed into outputs that are safe to show."""

    def __init__(self, limits: Limits, count: int, cut: bool, notebook: Room) -> None:
        self.room, self.images = min(limits.output_chars, notebook.chars), limits.images
        self.error_room = min(ERROR_CHARS, notebook.chars)
        self.errors, self.count, self.cut = MAX_ERRORS, count, cut
        self.notebook, self.used = notebook, 0

    def checked(self, output: Any) -> dict[str, Any] | None:
        match output:
            case {"kind": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
                text = self._fit(text)
                return {"output_type": "stream", "name": name, "text": text} if text else None
            case {"kind": "display" | "result" as kind}:
                return self._display(kind, output)
            case {"kind": "error", "name": str(name), "value": str(value),
                  "traceback": list(lines)} if all(isinstance(line, str) for line in lines):
                return self._traceback(name, value, lines)
        return None

    def _fit(self, text: str) -> str:
        text = plain_text(text)
        self.cut |= len(text) > self.room
        text = text[:self.room]
        self.room -= len(text)
        self.used += len(text)
        return text

    def _display(self, kind: str, output: dict[str, Any]) -> dict[str, Any] | None:
        data: dict[str, str] = {}
        metadata: dict[str, Any] = {}
        if isinstance(output.get("png"), np.ndarray) and (png := checked_png(output["png"])):
            self.images -= 1
            pixels = math.prod(png_size(png))
            fits = (self.images >= 0 and len(png) <= self.notebook.image_bytes
                    and pixels <= self.notebook.pixels)
            self.cut |= not fits
            if fits:
                self.notebook.image_bytes -= len(png)
                self.notebook.pixels -= pixels
                data["image/png"] = base64.b64encode(png).decode("ascii")
                about = {"width": PAGE_PIXELS} if png_size(png)[0] > PAGE_PIXELS else {}
                if isinstance(output.get("alt"), str):
                    about["alt"] = plain_text(output["alt"])[:ALT_CHARS]
                if about:
                    metadata["image/png"] = about
        if isinstance(output.get("text"), str) and (text := self._fit(output["text"])):
            data["text/plain"] = text
        if not data:
            return None
        shown = {"output_type": "display_data", "data": data, "metadata": metadata}
        if kind == "result":
            shown |= {"output_type": "execute_result", "execution_count": self.count}
        return shown

    def _traceback(self, name: str, value: str, lines: list[str]) -> dict[str, Any] | None:
        self.errors -= 1
        if self.errors < 0:
            self.cut = True
            return None
        lines = plain_text("\n".join(lines)).split("\n")
        kept: list[str] = []
        room = self.room + self.error_room
        for line in reversed(lines):  # the end of a traceback says the most
            room -= len(line) + 1
            if room < 0:
                break
            kept.append(line)
        used = sum(len(line) + 1 for line in kept)
        self.used += used
        self.error_room -= max(used - self.room, 0)
        self.room = max(self.room - used, 0)
        return error_output(plain_text(name)[:200], plain_text(value)[:2000], kept[::-1])


def plain_text(text: str) -> str:
    """Text without escape sequences and control characters; progress bars show their end."""
    text = ESCAPES.sub("", text).replace("\r\n", "\n")
    return CONTROLS.sub("", OVERWRITTEN.sub("", text))


def checked_png(data: np.ndarray) -> bytes | None:
    """The bytes of an array if they are an image of a reasonable size."""
    if data.dtype != np.uint8 or data.ndim != 1 or data.size > IMAGE_BYTES:
        return None
    raw = data.tobytes()
    if not raw.startswith(PNG_START) or not raw.endswith(PNG_END) or len(raw) < 45:
        return None
    return raw if all(0 < side <= IMAGE_SIDE for side in png_size(raw)) else None


def png_size(png: bytes) -> tuple[int, int]:
    """The width and height of an image in pixels, as its header says."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
