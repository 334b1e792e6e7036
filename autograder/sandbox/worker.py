"""The student's process: runs cells in an IPython shell, answers calls with plain data.

Started as ``python -I worker.py FD``. It holds no secret, and nothing that it says about
success is believed: its answers are compared elsewhere. Everything here can be changed
by the code it runs, so nothing here protects a mark.
"""

from __future__ import annotations

import importlib.util
import io
import os
import re
import resource
import signal
import socket
import sys
import types
import warnings
from pathlib import Path

PNG = b"\x89PNG\r\n\x1a\n"
MAX_IMAGE_BYTES = 4 * 2**20
MAX_ALT_CHARS = 1000
#: Escape sequences of terminals, and control characters but for tab and newline.
UNPRINTABLE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b.|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
TEXT_TYPES = ("text/plain", "text/latex", "text/markdown")


def load_wire():
    """``wire.py`` beside this file, without the package that it belongs to."""
    spec = importlib.util.spec_from_file_location("_wire", Path(__file__).with_name("wire.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


wire = load_wire()


class Recorder:
    """What a cell shows, in order, as nbformat's outputs; bounded."""

    def __init__(self, max_chars: int, max_images: int) -> None:
        self.max_chars, self.max_images = max_chars, max_images
        self.start()

    def start(self, silent: bool = False) -> None:
        self.outputs: list[dict] = []
        self.chars, self.images, self.silent, self.cut = 0, 0, silent, False

    def text(self, text: str) -> str:
        """Clean text, or what of it still fits."""
        text = UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        room = self.max_chars - self.chars
        self.chars += min(len(text), room)
        if len(text) > room:
            self.cut = True
            return text[:room]
        return text

    def stream(self, name: str, text: str) -> None:
        if self.silent or not (text := self.text(text)):
            return
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self.outputs.append({"output_type": "stream", "name": name, "text": text})

    def data(self, kind: str, data: dict, metadata: dict, count: int | None = None) -> None:
        """A display or a result: text and PNG images only, no HTML and no script."""
        if self.silent:
            return
        kept = {key: self.text(str(data[key])) for key in TEXT_TYPES if key in data}
        about = {}
        if image := self.image(data.get("image/png")):
            kept["image/png"] = image
            size = (metadata or {}).get("image/png") or {}
            if isinstance(size, dict) and isinstance(size.get("alt"), str):
                about = {"image/png": {"alt": size["alt"][:MAX_ALT_CHARS]}}
        if kept:
            output = {"output_type": kind, "data": kept, "metadata": about}
            self.outputs.append(output | (
                {"execution_count": count} if kind == "execute_result" else {}))

    def image(self, image) -> str | None:
        import base64

        try:
            raw = image if isinstance(image, bytes) else base64.b64decode(image, validate=True)
        except (TypeError, ValueError):
            return None
        if not raw.startswith(PNG) or len(raw) > MAX_IMAGE_BYTES:
            return None
        self.images += 1
        if self.images > self.max_images:
            self.cut = True
            return None
        return base64.b64encode(raw).decode()

    def error(self, name: str, value: str, lines: list[str]) -> None:
        if not self.silent:
            self.outputs.append({
                "output_type": "error", "ename": self.text(name), "evalue": self.text(value),
                "traceback": [self.text(line) for line in lines]})

    def finish(self) -> list[dict]:
        if self.cut:
            self.outputs.append({"output_type": "stream", "name": "stdout",
                                 "text": "\n[The output was too long; the rest is left out.]\n"})
        return self.outputs


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of the student's code."""

    encoding = "utf-8"

    def __init__(self, name: str, recorder: Recorder) -> None:
        self.stream_name, self.recorder = name, recorder

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.recorder.stream(self.stream_name, text)
        return len(text)


def make_shell(recorder: Recorder):
    """An IPython shell that shows into the recorder what a notebook would show."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets import Type
    from traitlets.config import Config

    class Hook(DisplayHook):
        def write_output_prompt(self):
            pass

        def write_format_data(self, format_dict, md_dict=None):
            recorder.data("execute_result", format_dict, md_dict or {}, self.prompt_count)

        def finish_displayhook(self):
            self.flush()

    class Publisher(DisplayPublisher):
        def publish(self, data, metadata=None, *, update=False, **ignored):
            recorder.data("display_data", data, metadata or {})

        def clear_output(self, wait=False):
            pass

    class Shell(InteractiveShell):
        displayhook_class = Type(Hook)
        display_pub_class = Type(Publisher)

        def _showtraceback(self, etype, evalue, stb):
            recorder.error(getattr(etype, "__name__", str(etype)), str(evalue), list(stb))

        def enable_gui(self, gui=None):
            pass

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Context"
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    shell = Shell.instance(config=config, user_module=main)
    shell.run_line_magic("matplotlib", "inline")
    return shell


def set_limits(limits: dict) -> None:
    """Memory, size of files, no core files: for this process and all that it starts."""
    for which, value in [(resource.RLIMIT_AS, limits["memory_bytes"]),
                         (resource.RLIMIT_FSIZE, limits["file_bytes"]),
                         (resource.RLIMIT_CORE, 0)]:
        resource.setrlimit(which, (value, value))


class Interruptible:
    """Lets the parent's SIGINT through only while the student's code runs."""

    SIGNALS = frozenset([signal.SIGINT])

    def __enter__(self):
        signal.signal(signal.SIGINT, signal.default_int_handler)
        while signal.sigtimedwait(self.SIGNALS, 0):
            pass  # one that came too late for the cell it was meant for
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self.SIGNALS)

    def __exit__(self, *_):
        signal.pthread_sigmask(signal.SIG_BLOCK, self.SIGNALS)


class Worker:
    """Answers the parent's requests until it hangs up."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def serve(self) -> None:
        hello = self.receive()
        set_limits(hello["limits"])
        self.recorder = Recorder(hello["limits"]["output_chars"], hello["limits"]["images"])
        sys.path.insert(0, "")
        self.shell = make_shell(self.recorder)
        sys.stdout, sys.stderr = (Stream(name, self.recorder) for name in ("stdout", "stderr"))
        self.send({"token": hello["token"]})
        while (request := self.receive()) is not None:
            answer = self.run if request["do"] == "run" else self.ask
            reply = answer(request)
            self.send({"token": request["token"], **reply})

    def run(self, request: dict) -> dict:
        self.recorder.start()
        ok = False
        try:
            with Interruptible():
                result = self.shell.run_cell(request["source"], store_history=True)
                ok = result.success
        except BaseException as error:
            self.recorder.error(type(error).__name__, str(error), [type(error).__name__])
        self.close_figures()
        return {"ok": ok, "outputs": self.recorder.finish()}

    def ask(self, request: dict) -> dict:
        self.recorder.start(silent=True)
        missing = [name for name in request["names"] if name not in self.shell.user_ns]
        if missing:
            return {"problem": ["missing", missing[0]]}
        try:
            import numpy as np

            probe = {"np": np}
            exec(request["probe"], probe)
            with warnings.catch_warnings(), Interruptible():
                warnings.simplefilter("ignore")
                objects = [self.shell.user_ns[name] for name in request["names"]]
                value = probe["probe"](*objects, *request["arguments"])
            wire.encode(value)
        except wire.WireError as error:
            return {"problem": ["unreadable", str(error)]}
        except BaseException as error:
            return {"problem": ["raised", type(error).__name__]}
        finally:
            self.close_figures()
        return {"value": value}

    @staticmethod
    def close_figures() -> None:
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")

    def send(self, message: dict) -> None:
        self.connection.sendall(wire.encode(message))

    def receive(self) -> dict | None:
        header = self.exactly(wire.HEADER.size)
        if header is None:
            return None
        text, data = (self.exactly(size) for size in wire.HEADER.unpack(header))
        return wire.decode(text, data)

    def exactly(self, size: int) -> bytes | None:
        parts = bytearray()
        while len(parts) < size:
            part = self.connection.recv(min(size - len(parts), 2**20))
            if not part:
                return None
            parts += part
        return bytes(parts)


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, Interruptible.SIGNALS)
    Worker(socket.socket(fileno=int(sys.argv[1]))).serve()
    os._exit(0)  # threads that the student's code has left behind do not hold us
