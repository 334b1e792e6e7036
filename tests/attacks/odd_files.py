"""What stands beside a notebook, or in its place: links, pipes, devices, modules, huge files."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.attacks.entries import NOTEBOOK, Entry, entry

ENTRIES: list[Entry] = []
FILE = f"{NOTEBOOK}.ipynb"


def of_folder(tries: str, deserves: Any = "", base: str = "", group: str = "odd_files",
              with_stock: str = "", **edits: Any) -> Callable:
    """Decorator: a function that writes a submission's folder."""
    def collect(write: Callable[[Path, bytes, dict[str, str]], None]) -> Callable:
        ENTRIES.append(entry(
            group, write.__name__, tries, base, deserves, write, with_stock, **edits))
        return write

    return collect


@of_folder("a link to the source notebook in place of the notebook", "unreadable")
def linked_notebook(folder, content, words):
    (folder / FILE).symlink_to(Path(words["COURSE"], "source/backprop", FILE))


@of_folder("a link to another student's notebook", "unreadable")
def linked_to_another(folder, content, words):
    (folder / FILE).symlink_to(
        Path(words["COURSE"], "submitted", words["NEIGHBOUR"], "backprop", FILE))


@of_folder("a link to nowhere", "unreadable")
def linked_to_nowhere(folder, content, words):
    (folder / FILE).symlink_to("/nowhere/at/all")


@of_folder("a pipe in place of the notebook", "unreadable",
           with_stock="would wait for ever")
def piped_notebook(folder, content, words):
    os.mkfifo(folder / FILE)


@of_folder("a folder in place of the notebook", "unreadable")
def a_folder_for_a_notebook(folder, content, words):
    (folder / FILE).mkdir()


@of_folder("no notebook at all", "nothing")
def no_notebook(folder, content, words):
    (folder / "README.txt").write_text("My computer broke.")


@of_folder("links to the course, to the secret and to a loop, beside the notebook",
           first="""
import os
for name in sorted(os.listdir()):
    try:
        print(name, os.listdir(name) if os.path.isdir(name) else open(name).read())
    except OSError as error:
        print(error)
""")
def links_beside(folder, content, words):
    (folder / FILE).write_bytes(content)
    for name, target in (("source", "source"), ("secret.txt", ".course_secret"),
                         ("book.db", "gradebook.db"), ("all", "")):
        (folder / name).symlink_to(Path(words["COURSE"], target))
    (folder / "notes.txt").symlink_to(Path(words["OUTSIDE"], "notes.txt"))
    (folder / "loop").symlink_to("loop")
    (folder / "up").symlink_to("..")


@of_folder("a pipe, a socket and a device beside the notebook",
           with_stock="would wait for ever")
def pipes_beside(folder, content, words):
    (folder / FILE).write_bytes(content)
    os.mkfifo(folder / "pipe")
    os.mkfifo(folder / "data.csv")
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        line.bind(str(folder / "s"))  # unless the path is too long for a socket
    with contextlib.suppress(OSError):  # only root may
        os.mknod(folder / "device", 0o666 | 0o020000, os.makedev(1, 5))


@of_folder("a file of three gigabytes, with a hole", with_stock="would fill this machine's disk")
def a_huge_file_beside(folder, content, words):
    (folder / FILE).write_bytes(content)
    with (folder / "weights.npz").open("wb") as file:
        file.truncate(3 * 2**30)


@of_folder("two hundred folders in each other, and a thousand files")
def deep_and_many(folder, content, words):
    (folder / FILE).write_bytes(content)
    for k in range(1000):
        (folder / f"part{k}.txt").write_text(str(k))
    deep = folder
    for _ in range(200):
        deep /= "d"
    deep.mkdir(parents=True)
    (deep / "end.txt").write_text("the end")


@of_folder("names with line breaks, quotes, markup, bytes that are no text")
def odd_names(folder, content, words):
    (folder / FILE).write_bytes(content)
    for name in (b"line\nbreak.txt", b"'; drop table grade; --.txt", b"<script>alert(1)<",
                 b"\xff\xfe.dat", b"-rf", b"*[a].txt", b"x" * 200, " σ′ ½.csv".encode()):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("1,2,3")


@of_folder("modules beside the notebook in place of numpy, IPython, the course's and the grader",
           "nothing", "released")
def shadowing_modules(folder, content, words):
    (folder / FILE).write_bytes(content)
    for name in ("numpy", "IPython", "autograder", "sitecustomize", "usercustomize", "json",
                 "socket", "matplotlib", "ipykernel_launcher"):
        (folder / f"{name}.py").write_text(
            "import builtins\nbuiltins.sigmoid = 1\ndef grade(*a): return 3.0\n"
            f"open({words['OUTSIDE'] + '/' + words['MARK'] + '-' + name!r}, 'w')\n")
    (folder / "course_utils/checks").mkdir(parents=True)
    (folder / "course_utils/__init__.py").write_text("")
    (folder / "course_utils/checks/__init__.py").write_text("")
    (folder / "course_utils/checks/chain_rule.py").write_text(
        "def __getattr__(name): return lambda *a, **k: None\n")


@of_folder("a configuration, a gradebook and a start-up file of its own")
def own_configuration(folder, content, words):
    (folder / FILE).write_bytes(content)
    text = f"open({words['OUTSIDE'] + '/' + words['MARK'] + '-config'!r}, 'w')\n"
    for name in ("nbgrader_config.py", "jupyter_config.py", "ipython_config.py",
                 "jupyter_nbconvert_config.py", "ipython_kernel_config.py", "conftest.py"):
        (folder / name).write_text(text)
    (folder / "gradebook.db").write_bytes(b"SQLite format 3\0" + bytes(100))
    (folder / "matplotlibrc").write_text("backend: no_such_backend\nfigure.dpi: 100000\n")
    (folder / ".course_secret").write_text("0" * 64)


@of_folder("other notebooks beside it, some of them not readable")
def other_notebooks(folder, content, words):
    (folder / FILE).write_bytes(content)
    (folder / "Untitled.ipynb").write_text("not a notebook")
    (folder / "1_chain_rule (1).ipynb").write_bytes(content)
    (folder / "2_layers.ipynb").symlink_to(Path(words["COURSE"], "source/backprop", FILE))
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints/1_chain_rule-checkpoint.ipynb").write_bytes(content)


@of_folder("notebooks whose names colour the instructor's terminal, and forge its log")
def notebooks_with_odd_names(folder, content, words):
    (folder / FILE).write_bytes(content)
    for name in ("\x1b[31m\n[AutogradeApp | ERROR] forged\x1b]0;forged\x07.ipynb",
                 "<img src=x onerror=alert(1)>.ipynb", "$(touch forged).ipynb"):
        (folder / name).write_bytes(content)


@of_folder("a time of handing in that is none")
def odd_time(folder, content, words):
    (folder / FILE).write_bytes(content)
    (folder / "timestamp.txt").write_text("yesterday, I think")


@of_folder("a module and data beside the notebook, used by the solution", group="honest",
           edit=[{"cell": "sigmoid", "source": "import own_tools\nfrom tools.more import squash\n"
                  "sigmoid = squash"},
                 {"cell": "closing", "after": "print(np.loadtxt('data/points.csv', delimiter=','),"
                  " np.load('weights.npy'), open('notes.txt').read(), own_tools.__name__)"}])
def own_files(folder, content, words):
    import numpy as np

    (folder / FILE).write_bytes(content)
    (folder / "tools").mkdir()
    (folder / "data").mkdir()
    (folder / "own_tools.py").write_text("import numpy as np\n")
    (folder / "tools/__init__.py").write_text("")
    (folder / "tools/more.py").write_text(
        "import numpy as np\n\ndef squash(z):\n"
        "    return 0.5 * (1 + np.tanh(np.asarray(z, dtype=float) / 2))\n")
    (folder / "data/points.csv").write_text("1,2\n3,4\n")
    np.save(folder / "weights.npy", np.arange(3.0))
    (folder / "notes.txt").write_text("Grüße")
