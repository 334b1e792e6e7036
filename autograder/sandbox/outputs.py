"""The worker's IPython shell: as in a notebook, with its outputs kept as plain data.

Loaded by its path, as `worker` is. The bounds only keep honest mistakes small: the trusted
side checks again whatever comes out.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import io
import os
import threading
import zlib
from typing import Any

import numpy as np
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

#: An error's text counts apart, so that it survives a cell that printed too much.
ERROR_CHARS = 20_000
MAX_ERRORS = 20
MAX_OUTPUTS = 1000


class Recorder:
    """What a cell shows, in order, roughly bounded; the trusted side checks it again."""

    def __init__(self) -> None:
        self.limits: dict[str, Any] = {}  # told by the trusted side
        self.lock = threading.RLock()  # students' threads print too
        self.muted = True
        self.begin()

    def begin(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self.shown: dict[str, dict[str, Any]] = {}  # display id: its output
        self.clear()

    def clear(self) -> None:
        """Forgets the outputs so far, as a notebook does when it is told to."""
        self.outputs.clear()
        self.shown.clear()
        self.chars = self.images = self.errors = 0
        self.cut = self.clear_next = False

    def room(self, text: Any, limit: int) -> str:
        """A text, without half surrogate pairs, as far as there is room for it."""
        text = str.encode(text, "utf-8", "replace").decode()
        room = max(limit - self.chars, 0)
        self.cut |= len(text) > room
        self.chars += min(len(text), room)
        return text[:room]

    def stream(self, name: str, text: str) -> None:
        with self.lock:
            if self.muted:
                return
            self._prepare()
            # twice: escape sequences and progress bars will be taken out
            text = self.room(text, 2 * self.limits["output_chars"])
            last = self.outputs[-1] if self.outputs else {}
            if not text:
                return
            if last.get("kind") == "stream" and last["name"] == name:
                last["parts"].append(text)
            else:
                self._append({"kind": "stream", "name": name, "parts": [text]})

    def data(self, kind: str, bundle: dict[str, Any], metadata: dict[str, Any] | None,
             display_id: Any = None, update: bool = False) -> None:
        """Keeps plain text and PNG of a display or a result."""
        with self.lock:
            if self.muted or (update and display_id not in self.shown):
                return
            self._prepare()
            output = {"kind": kind, **self._kept(bundle), "alt": alternative_text(metadata)}
            if update:
                self.shown[display_id].update({"text": None, "png": None, **output})
            elif len(output) > 2:
                self._append(output)
                if isinstance(display_id, str):
                    self.shown[display_id] = output

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        with self.lock:
            self.errors += 1
            if self.muted or self.errors > MAX_ERRORS:
                return
            self._prepare()
            lines = "\n".join(map(str, traceback))[-ERROR_CHARS:].split("\n")
            clean = [text.encode("utf-8", "replace").decode() for text in (
                str(name)[:200], str(value)[:ERROR_CHARS], *lines)]
            self.outputs.append({"kind": "error", "name": clean[0], "value": clean[1],
                                 "traceback": clean[2:]})

    def finish(self) -> dict[str, Any]:
        """The outputs as plain data for the wire; then it is deaf until the next cell."""
        with self.lock:
            self.muted = True
            for output in self.outputs:
                if output["kind"] == "stream":
                    output["text"] = "".join(output.pop("parts"))
            return {"outputs": self.outputs, "cut": self.cut}

    def _prepare(self) -> None:
        if self.clear_next:
            self.clear()

    def _append(self, output: dict[str, Any]) -> None:
        if len(self.outputs) < MAX_OUTPUTS:
            self.outputs.append(output)
        else:
            self.cut = True

    def _kept(self, bundle: dict[str, Any]) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        if isinstance(bundle.get("text/plain"), str):
            kept["text"] = self.room(bundle["text/plain"], 2 * self.limits["output_chars"])
        png = png_bytes(bundle.get("image/png"))
        if png is not None:
            self.images += 1
            if self.images <= self.limits["images"] and len(png) <= self.limits["image_bytes"]:
                kept["png"] = np.frombuffer(png, np.uint8)  # arrays travel unescaped
            else:
                self.cut = True
        return kept


def png_bytes(image: Any) -> bytes | None:
    """An image as bytes; formatters give bytes, a bundle made by hand often base64."""
    if isinstance(image, str):
        with contextlib.suppress(binascii.Error, ValueError):
            return base64.b64decode(image)
    return bytes(image) if isinstance(image, bytes) else None


def alternative_text(metadata: Any) -> str | None:
    """What a figure says to those who do not see it."""
    about = metadata.get("image/png") if isinstance(metadata, dict) else None
    text = about.get("alt") if isinstance(about, dict) else None
    return str.encode(text, "utf-8", "replace").decode()[:5000] if isinstance(text, str) else None


class Stream(io.TextIOBase):
    """Stands for ``sys.stdout`` or ``sys.stderr``."""

    encoding = "utf-8"

    def __init__(self, name: str, recorder: Recorder) -> None:
        self.name, self._stream, self._recorder = f"<{name}>", name, recorder

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._recorder.stream(self._stream, text)
        return len(text)

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """A notebook's streams stay open too."""


class Results(DisplayHook):
    """Hands the value of a cell's last expression to the recorder."""

    recorder: Recorder

    def write_output_prompt(self) -> None:
        """A notebook shows it itself."""

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        self.recorder.data("result", format_dict, md_dict)

    def finish_displayhook(self) -> None:
        self._is_active = False


class Displays(DisplayPublisher):
    """Hands figures and other displays to the recorder."""

    recorder: Recorder

    def publish(self, data: dict, metadata: dict | None = None, source: Any = None, *,
                transient: dict | None = None, update: bool = False, **_: Any) -> None:
        self._validate_data(data, metadata)
        self.recorder.data("display", data, metadata, (transient or {}).get("display_id"), update)

    def clear_output(self, wait: bool = False) -> None:
        if wait:
            self.recorder.clear_next = True
        else:
            self.recorder.clear()


class Compiler(CachingCompiler):
    """Names cells as a Jupyter kernel does; the name shows in warnings."""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        return f"/tmp/ipykernel/{zlib.crc32(raw_code.encode('utf-8', 'replace'))}.py"


class Shell(InteractiveShell):
    """IPython as in a notebook: no terminal, no history file."""

    displayhook_class = Type(Results)
    display_pub_class = Type(Displays)
    compiler_class = Type(Compiler)
    recorder: Recorder

    @contextlib.contextmanager
    def _tee(self, channel: str):
        """IPython would keep all that is printed in memory, without a bound."""
        yield

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.recorder.error(etype.__name__, str(evalue), stb)

    def enable_gui(self, gui: str | None = None) -> None:
        """There is none."""

    def ask_exit(self) -> None:
        """``exit()`` in a cell ends nothing: the cells below are graded."""


def make_shell() -> Shell:
    """The shell, before anything is known of a session: made once, by the warm parent."""
    recorder = Recorder()
    Results.recorder = Displays.recorder = Shell.recorder = recorder
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    os.environ["PAGER"] = "cat"
    return Shell.instance(config=config)
