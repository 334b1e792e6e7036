"""Whatever student code does, it costs only its own cell, and the grader goes on."""

from __future__ import annotations

import base64
import json
import os
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest

from autograder.answers import Answer, Problem
from autograder.sandbox import CellRun, Limits, Session, received
from autograder.sandbox.process import WorkerProcess

SHORT = Limits(cell_seconds=1, call_seconds=1)
CALL = "def probe(function, *arguments):\n    return function(*arguments)\n"
VALUE = "def probe(value):\n    return value\n"
SWALLOW = """
import time
while True:
    try:
        time.sleep(0.01)
    except BaseException:
        pass
"""


@pytest.fixture(scope="module")
def shared():
    """One session for tests that leave the process as it was."""
    with Session(Limits(output_chars=2000, images=3)) as session:
        yield session


@pytest.fixture
def short():
    with Session(SHORT) as session:
        yield session


def kinds(run: CellRun) -> list[str]:
    return [output["output_type"] for output in run.outputs]


def text_of(run: CellRun) -> str:
    return "".join(output.get("text", "") for output in run.outputs)


def value_of(session: Session, expression: str):
    """What an expression is in the student's process."""
    run = session.run(f"__value = {expression}")
    assert run.outcome == "ok", run
    return session.ask(VALUE, ["__value"], []).value


def processes_of(session: Session) -> list[int]:
    """The numbers that a session's processes have outside of it."""
    about = Path(f"/proc/self/fdinfo/{session._worker.keeper}").read_text()
    (keeper,) = [int(line.split()[1]) for line in about.splitlines() if line.startswith("Pid:")]
    found, waiting = [], [keeper]
    while waiting:
        found.append(pid := waiting.pop())
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        waiting += [int(child) for child in children.split()]
    return found


def wait_until_gone(pid: int) -> None:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":  # dead, and not our child to bury
            return
        time.sleep(0.05)
    raise AssertionError(f"process {pid} is still there")


# What a cell shows


def test_outputs_come_in_the_order_in_which_the_cell_made_them(shared):
    run = shared.run("import sys\nprint('one')\nprint('two', file=sys.stderr)\n"
                     "display(3)\nprint('four')\n5")
    assert run.outcome == "ok"
    assert [(o["output_type"], o.get("text") or o["data"]["text/plain"])
            for o in run.outputs] == [
        ("stream", "one\n"), ("stream", "two\n"), ("display_data", "3"),
        ("stream", "four\n"), ("execute_result", "5")]


def test_outputs_are_valid_in_a_notebook(shared):
    run = shared.run("print('a')\ndisplay('b')\nimport matplotlib.pyplot as plt\n"
                     "plt.plot([1])\n1 / 0")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(
        outputs=[nbformat.from_dict(output) for output in run.outputs])])
    nbformat.validate(notebook)
    json.dumps(run.outputs, allow_nan=False).encode("utf-8")


def test_a_figure_comes_as_png_and_is_closed(shared):
    run = shared.run("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\n"
                     "ax.plot([1, 2]);")
    assert kinds(run) == ["display_data"]
    assert set(run.outputs[0]["data"]) == {"image/png", "text/plain"}
    image = base64.b64decode(run.outputs[0]["data"]["image/png"])
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    assert kinds(shared.run("len(plt.get_fignums())")) == ["execute_result"]
    assert value_of(shared, "len(plt.get_fignums())") == 0


def test_a_figures_alternative_text_is_kept_and_other_metadata_is_not(shared):
    run = shared.run("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\n"
                     "display(fig, metadata={'image/png': {'alt': 'a curve', 'x': 1}, 'y': 2})\n"
                     "plt.close()")
    assert run.outputs[0]["metadata"] == {"image/png": {"alt": "a curve"}}


@pytest.mark.parametrize(("inches", "metadata"), [(9, {}), (18, {"image/png": {"width": 1000}})])
def test_a_figure_that_is_wider_than_a_page_is_shown_smaller(shared, inches, metadata):
    run = shared.run("import matplotlib.pyplot as plt\nfrom IPython.display import display\n"
                     f"fig = plt.figure(figsize=({inches}, 2), dpi=100, layout='none')\n"
                     "fig.add_axes([0, 0, 1, 1])\ndisplay(fig)\nplt.close()")
    assert run.outputs[0]["metadata"] == metadata


def test_an_error_shows_its_traceback_without_colours(shared):
    run = shared.run("def f():\n    return 1 / 0\nf()")
    assert run.outcome == "error" and kinds(run) == ["error"]
    error = run.outputs[0]
    assert (error["ename"], error["evalue"]) == ("ZeroDivisionError", "division by zero")
    assert "----> 2     return 1 / 0" in "\n".join(error["traceback"])
    assert "\x1b" not in "".join(error["traceback"]) and "worker.py" not in str(error)


def test_an_exception_may_render_its_own_traceback(shared):
    run = shared.run("class Kind(Exception):\n    def _render_traceback_(self):\n"
                     "        return ['look at cell 3']\nraise Kind('hidden')")
    assert run.outputs == [{"output_type": "error", "ename": "Kind", "evalue": "hidden",
                            "traceback": ["look at cell 3"]}]


def test_html_and_scripts_are_dropped(shared):
    run = shared.run("from IPython.display import HTML, SVG, Javascript, Markdown\n"
                     "display(HTML('<b>h</b>'), Javascript('alert(1)'), Markdown('<b>m</b>'),"
                     " SVG('<svg></svg>'))\n"
                     "display({'text/html': '<b>'}, raw=True)")
    assert run.outcome == "ok"
    assert {mime for output in run.outputs for mime in output["data"]} == {"text/plain"}
    assert "<b>" not in str(run.outputs) and "alert" not in str(run.outputs)


@pytest.mark.parametrize("image", [
    "b'<script>'", "b'\\x89PNG\\r\\n\\x1a\\n<script>'", "'not base64 !'",
    # a small file that claims to be 2 000 000 pixels wide
    "b'\\x89PNG\\r\\n\\x1a\\n\\0\\0\\0\\rIHDR\\0\\x1e\\x84\\x80\\0\\0\\0\\1' + b'x' * 20"
    " + b'\\0\\0\\0\\0IEND\\xaeB`\\x82'"])
def test_what_is_no_proper_png_is_dropped(shared, image):
    run = shared.run(f"display({{'image/png': {image}}}, raw=True)")
    assert run == CellRun([], "ok")


def test_a_worker_that_forges_its_reply_shows_no_html(short):
    run = short.run("""
R = type(get_ipython().recorder)
R.finish = lambda self: {"cut": False, "outputs": [
    {"kind": "display", "text/html": "<script>", "text": "fine", "png": "<script>", "alt": 3},
    {"kind": "html", "text": "x"}, 7, {"kind": "stream", "name": "html", "text": "x"},
    {"output_type": "display_data", "data": {"text/html": "<script>"}, "metadata": {}}]}
""")
    assert run.outputs == [{"output_type": "display_data", "data": {"text/plain": "fine"},
                            "metadata": {}}]


def test_control_characters_and_escapes_are_taken_out(shared):
    run = shared.run(r"print('\x1b[31mred\x1b[0m\x07\x00 \x9b\x1b]0;title\x07end\ttab \ud800')")
    assert text_of(run).replace("?", "\ufffd") in ("red end\ttab \n", "red end\ttab \ufffd\n")
    run = shared.run(r"raise ValueError('\x1b[31mred\x07')")
    assert run.outputs[0]["evalue"] == "red"
    assert not set(json.dumps(run.outputs)) & set("\x1b\x07")


def test_a_progress_bar_shows_its_end(shared):
    run = shared.run(r"for i in range(3): print(f'\r{i} of 2', end='')" "\nprint()")
    assert text_of(run) == "2 of 2\n"


def test_clear_output_clears(shared):
    run = shared.run("from IPython.display import clear_output\nfor i in range(3):\n"
                     "    clear_output(wait=True)\n    print(i)")
    assert text_of(run) == "2\n"


def test_an_updated_display_shows_its_last_state(shared):
    run = shared.run("h = display(1, display_id=True)\nh.update(2)\nh.update(3)")
    assert [output["data"] for output in run.outputs] == [{"text/plain": "3"}]


def test_too_much_text_is_cut_and_says_so(shared):
    run = shared.run("for i in range(100_000): print('x' * 50)")
    assert run.outcome == "ok"
    assert 2000 <= len(text_of(run)) < 2200 and "cut" in run.outputs[-1]["text"]


def test_the_error_shows_after_too_much_text(shared):
    run = shared.run("print('x' * 10_000)\nraise ValueError('the reason')")
    assert run.outcome == "error"
    assert "the reason" in [o.get("evalue") for o in run.outputs]


def test_too_many_outputs_are_cut(shared):
    run = shared.run("import sys\nfor i in range(50_000):\n    print(end='a')\n"
                     "    print(end='b', file=sys.stderr)")
    assert run.outcome == "ok" and len(run.outputs) <= 2100


def test_too_many_images_are_cut(shared):
    run = shared.run("import matplotlib.pyplot as plt\nfor i in range(5):\n"
                     "    plt.figure(figsize=(1, 1)); plt.plot([1]); plt.show()")
    assert sum("image/png" in output.get("data", {}) for output in run.outputs) == 3


def test_magics_and_shell_commands_work(shared):
    assert text_of(shared.run("!echo hello")) == "hello\n"
    assert shared.run("%matplotlib inline").outcome == "ok"
    assert shared.run("await __import__('asyncio').sleep(0)").outcome == "ok"


def test_sys_exit_ends_neither_the_process_nor_the_notebook(shared):
    shared.run("before = 5")
    assert shared.run("import sys\nsys.exit(1)").outcome == "error"
    assert shared.run("raise KeyboardInterrupt").outcome == "error"
    shared.run("exit()")
    assert value_of(shared, "before") == 5


def test_an_empty_cell_shows_nothing(shared):
    assert shared.run(" \n") == CellRun([], "ok")


def test_half_a_surrogate_pair_in_a_source_does_no_harm(shared):
    assert shared.run("x = '\ud800'").outcome == "ok"


def test_a_huge_source_is_not_run():
    with Session(Limits()) as session:
        assert session.run("#" * 30_000_000).outcome == "error"


# Asking


def test_a_function_is_asked_and_its_value_comes_back(shared):
    shared.run("def double(x):\n    print('noise')\n    return {'y': 2 * x, 'z': (1, None)}")
    answer = shared.ask(CALL, ["double"], [np.arange(3.0)])
    assert answer.problem is None and answer.value["z"] == (1, None)
    np.testing.assert_array_equal(answer.value["y"], [0.0, 2.0, 4.0])
    assert kinds(shared.run("double(1);")) == ["stream"]


def test_a_missing_name_is_named(shared):
    assert shared.ask(CALL, ["double", "not_there"], []) == Answer(
        problem=Problem("missing", "not_there"))


@pytest.mark.parametrize("body, problem", [
    ("1 / 0", Problem("raised", "ZeroDivisionError")),
    ("raise NotImplementedError", Problem("raised", "NotImplementedError")),
    ("import numpy as np; np.linalg.inv(np.zeros((2, 2)))", Problem("raised", "LinAlgError")),
    ("import sys; sys.exit(0)", Problem("raised", "SystemExit")),
    ("f()", Problem("raised", "RecursionError")),
    ("class Hidden_3_14(Exception): pass\n    raise Hidden_3_14('secret')",
     Problem("raised", "Exception")),
    ("raise type('ValueError: x was 3', (ValueError,), {'__module__': 'builtins'})",
     Problem("raised", "Exception")),
    ("return lambda: 0", Problem("unreadable", "function")),
    ("return {1, 2}", Problem("unreadable", "set")),
    ("import numpy as np; return np.array([None])",
     Problem("unreadable", "ndarray of objects")),
    ("return type('x_was_3', (), {})()", Problem("unreadable", "object")),
    ("import numpy as np\n    return np.ma.masked_array([1.0, 2.0], [False, True])",
     Problem("unreadable", "MaskedArray")),
    ("import numpy as np; return np.zeros(2**25)",
     Problem("unreadable", "a value that is too large")),
])
def test_why_there_is_no_value_is_said_in_words_the_student_cannot_choose(
        shared, body, problem):
    shared.run(f"def f():\n    {body}")
    assert shared.ask(CALL, ["f"], []) == Answer(problem=problem)


def test_warnings_and_numpys_error_state_do_not_decide(shared):
    shared.run("import numpy as np, warnings\nnp.seterr(all='raise')\n"
               "warnings.simplefilter('error')\ndef f(x):\n"
               "    warnings.warn('!')\n    return np.exp(x)")
    answer = shared.ask(CALL, ["f"], [1000.0])
    shared.run("np.seterr(all='warn')\nwarnings.resetwarnings()")
    assert answer.problem is None and np.isinf(answer.value)


def test_what_a_call_draws_and_prints_shows_nowhere(shared):
    shared.run("import matplotlib.pyplot as plt\ndef f():\n    plt.plot([1])\n"
               "    print('x')\n    1 / 0")
    shared.ask(CALL, ["f"], [])
    assert shared.run("y = 1") == CellRun([], "ok")


def test_a_probe_sees_its_arguments_and_numpy_only(shared):
    shared.run("secret = 1")
    answer = shared.ask("def probe():\n    return sorted(set(globals()) & {'secret', 'np'})",
                        [], [])
    assert answer.value == ["np"]


def test_arguments_are_copies(shared):
    shared.run("def f(x):\n    x[:] = 7\n    return x")
    x = np.zeros(2)
    shared.ask(CALL, ["f"], [x])
    assert not x.any()


# Cells that go wrong


def test_an_endless_loop_costs_only_its_own_cell(short):
    short.run("x = 1")
    began = time.monotonic()
    run = short.run("print('started')\nx = 2\nwhile True:\n    y = 1")
    assert run.outcome == "timeout" and time.monotonic() - began < 3.5
    assert text_of(run) == "started\n"
    assert run.outputs[-1]["ename"] == "CellTimeoutError"
    assert value_of(short, "x") == 2  # interrupted, not killed


def test_a_loop_that_swallows_interrupts_is_killed_and_the_earlier_cells_are_repeated(short):
    short.run("x = 1")
    assert short.run("x += 1\n1 / 0").outcome == "error"
    assert short.run("x = 50\n" + SWALLOW).outcome == "timeout"
    assert value_of(short, "x") == 2


def test_a_cell_that_ends_the_process_costs_only_itself(short):
    short.run("x = 1")
    run = short.run("import os\nos._exit(0)")
    assert run.outcome == "died" and run.outputs[-1]["ename"] == "ProcessDied"
    assert value_of(short, "x") == 1


def test_a_repeated_cell_finds_its_folder_as_it_was():
    with Session(SHORT) as session:
        session.run("import os\nos.mkdir('made')\nx = 1")
        session.run("os._exit(0)")
        assert value_of(session, "x") == 1


def test_a_memory_hog_costs_only_its_own_cell(short):
    short.run("x = 1")
    run = short.run("hog = bytearray(20 * 2**30)")
    assert run.outcome in ("error", "died")
    assert value_of(short, "x") == 1


def test_a_large_file_cannot_be_written():
    with Session(Limits(file_bytes=2**20)) as session:
        run = session.run("with open('f', 'wb') as f: f.write(bytes(2**22))")
        assert run.outcome == "error" and run.outputs[0]["ename"] == "OSError"


def test_a_call_that_takes_too_long_costs_only_itself(short):
    short.run("def f():\n    while True:\n        x = 1\n" "def g(): return 1\n"
              "def h():" + SWALLOW.replace("\n", "\n    "))
    assert short.ask(CALL, ["f"], []).problem == Problem("timeout", "1")
    assert short.ask(CALL, ["h"], []).problem == Problem("timeout", "1")
    assert short.ask(CALL, ["g"], []).value == 1


def test_a_call_that_ends_the_process_is_not_repeated(short, monkeypatch):
    short.run("import os\nz = 1\ndef f():\n    os._exit(3)")
    sent, exchange = [], WorkerProcess.exchange
    monkeypatch.setattr(WorkerProcess, "exchange", lambda self, message, *rest: (
        sent.append((message["do"], message.get("names"))), exchange(self, message, *rest))[1])
    assert short.ask(CALL, ["f"], []).problem == Problem("died")
    assert short.ask(VALUE, ["z"], []).value == 1
    assert sent == [("ask", ["f"]), ("start", None), ("run", None), ("ask", ["z"])]


def test_a_process_that_ends_between_two_cells_costs_no_cell(short):
    short.run("x = 1\nimport os, threading\nt = threading.Timer(0.3, os._exit, [0])")
    short.run("t.start()")
    time.sleep(0.8)
    assert short.run("x").outcome == "ok"


def test_after_too_many_ends_nothing_runs_any_more():
    with Session(SHORT) as session:
        runs = [session.run("import os\nos._exit(0)") for _ in range(8)]
        assert {run.outcome for run in runs} == {"died"}
        assert "not run" in runs[-1].outputs[0]["evalue"]
        assert session.ask(VALUE, ["x"], []).problem == Problem("died")


def test_a_left_over_thread_or_copy_does_not_hang_anything(short):
    run = short.run("""
import os, threading, time
threading.Thread(target=time.sleep, args=(100,)).start()
def spin():
    while True: time.sleep(0.001)
threading.Thread(target=spin).start()
child = os.fork()
if child == 0:
    time.sleep(100)
""")
    assert run.outcome == "ok"
    before = processes_of(short)
    assert len(before) == 3  # the keeper, the worker and its copy
    short.run("os._exit(0)")  # the copy still holds the line
    assert short.run("1").outcome == "ok"
    short.__exit__(None, None, None)
    for pid in before:
        wait_until_gone(pid)


def test_a_copy_that_comes_back_does_not_answer(short):
    assert short.run("import os\nchild = os.fork()").outcome == "ok"
    assert value_of(short, "child") > 0


def test_nonsense_on_the_line_is_a_death(short):
    for garbage in ("b'x' * 100", "b'\\0' * 8", "b'\\xff' * 8"):
        short.run("import os\nfds = [int(fd) for fd in os.listdir('/proc/self/fd') "
                  "if os.path.islink(f'/proc/self/fd/{fd}') and "
                  "'socket' in os.readlink(f'/proc/self/fd/{fd}')]")
        run = short.run(f"for fd in fds:\n    os.write(fd, {garbage})")
        assert run.outcome == "died"
    assert short.run("1").outcome == "ok"


def test_a_closed_line_is_a_death(short):
    run = short.run("import os, time\nos.closerange(3, 100)\ntime.sleep(100)")
    assert run.outcome == "died"


def test_a_stopped_process_is_killed(short):
    began = time.monotonic()
    run = short.run("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)")
    assert run.outcome == "timeout" and time.monotonic() - began < 4
    assert short.run("1").outcome == "ok"


def test_the_whole_submission_has_one_budget():
    with Session(Limits(submission_seconds=2, cell_seconds=15)) as session:
        assert session.run("import os\nx = 1").outcome == "ok"
        before = processes_of(session)
        began = time.monotonic()
        assert session.run(SWALLOW).outcome == "budget"
        assert time.monotonic() - began < 5
        for pid in before:
            wait_until_gone(pid)
        assert session.run("x").outcome == "budget"
        assert session.run("x").outputs[0]["output_type"] == "error"
        assert session.ask(VALUE, ["x"], []).problem == Problem("budget")


def test_time_between_requests_costs_the_student_nothing():
    with Session(Limits(submission_seconds=3)) as session:
        session.run("x = 1")
        time.sleep(3.2)
        assert session.run("x").outcome == "ok"


# Files and processes


def test_the_students_own_files_come_along(tmp_path):
    (tmp_path / "helper.py").write_text("def f(): return 42\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.txt").write_text("hello")
    (tmp_path / "work.ipynb").write_text("{}")
    (tmp_path / "large.bin").write_bytes(bytes(2**21))
    (tmp_path / "secret").symlink_to("/etc/passwd")
    (tmp_path / "folder").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    with Session(Limits(file_bytes=2**20), tmp_path) as session:
        assert session.run("import helper").outcome == "ok"
        assert session.ask(CALL, ["helper.f"], []).problem == Problem("missing", "helper.f")
        assert value_of(session, "helper.f()") == 42
        assert value_of(session, "open('data/x.txt').read()") == "hello"
        files = value_of(session, "sorted(f for f in __import__('os').listdir('.')"
                                  " if f[0] != '.')")
        assert set(files) <= {"data", "helper.py", "__pycache__"}
        session.run("open('data/x.txt', 'w').write('changed')")
    assert (tmp_path / "data" / "x.txt").read_text() == "hello"


def test_a_folder_that_is_not_there_is_an_empty_one(tmp_path):
    with Session(Limits(), tmp_path / "none") as session:
        assert session.run("1").outcome == "ok"


def test_hidden_files_cannot_get_in_the_way_of_the_start(tmp_path):
    (tmp_path / ".ipython").write_text("a file, where a folder belongs")
    (tmp_path / ".matplotlib").write_text("likewise")
    with Session(Limits(), tmp_path) as session:
        assert session.run("import matplotlib.pyplot").outcome == "ok"


def test_the_environment_tells_nothing(shared, monkeypatch):
    monkeypatch.setenv("COURSE_SECRET", "s3cret")
    with Session(Limits()) as session:
        assert "s3cret" not in str(value_of(session, "dict(__import__('os').environ)"))
        assert value_of(session, "__import__('os').getcwd()") == value_of(
            session, "__import__('os').environ['HOME']")


def test_the_folder_is_removed_whatever_is_in_it():
    with Session(Limits()) as session:
        home = Path(value_of(session, "__import__('os').getcwd()"))
        run = session.run("""
import os
os.makedirs('locked/inside')
os.chmod('locked', 0)
os.symlink('/etc', 'link')
os.mkfifo('pipe')
for _ in range(3000):
    os.mkdir('d')
    os.chdir('d')
""")
        assert run.outcome == "ok" and home.exists()
    assert not home.exists() and not home.parent.exists()


def test_no_process_survives():
    with Session(Limits()) as session:
        session.run("import os, subprocess\np = subprocess.Popen(['sleep', '100'])")
        before = processes_of(session)
    assert len(before) == 3
    for pid in before:
        wait_until_gone(pid)


def test_no_process_survives_a_death():
    with Session(SHORT) as session:
        session.run("import os, subprocess\np = subprocess.Popen(['sleep', '100'])")
        before = processes_of(session)
        session.run("os._exit(0)")
        assert len(before) == 3
        for pid in before:
            wait_until_gone(pid)


def test_nothing_starts_before_it_is_needed(monkeypatch):
    monkeypatch.setattr("subprocess.Popen", None)
    with Session(Limits()):
        pass


def test_all_cells_together_show_only_so_much(shared):
    room = received.Room(150, 1000)
    limits = Limits(output_chars=100)

    def shown(*outputs):
        return received.checked_outputs({"outputs": list(outputs)}, limits, 1, room)

    text = {"kind": "stream", "name": "stdout", "text": "x" * 200}
    assert [len(shown(text)[0]["text"]) for _ in range(2)] == [100, 50]
    assert [each["name"] for each in shown(text)] == ["stderr"]  # that it was cut
    picture = {"kind": "display", "png": np.frombuffer(
        received.PNG_START + bytes([0, 0, 0, 1] * 2) + bytes(600) + received.PNG_END, np.uint8)}
    assert [each["output_type"] for each in shown(picture, picture)] == ["display_data", "stream"]


def test_all_cells_together_show_only_so_many_things():
    """A page of millions of them could not even be made."""
    room = received.Room(10**6, 0, outputs=1500)
    reply = {"outputs": [{"kind": "stream", "name": "stdout", "text": "x"}] * 1000}
    shown = [received.checked_outputs(reply, Limits(), 1, room) for _ in range(3)]
    assert [len(each) for each in shown] == [1000, 501, 1]
    assert [each[-1]["name"] for each in shown] == ["stdout", "stderr", "stderr"]


def test_all_pictures_together_have_only_so_many_pixels():
    """Each small file would take the reader's browser hundreds of megabytes."""
    room = received.Room(1000, 10**6)
    side = received.IMAGE_SIDE.to_bytes(4, "big")
    picture = {"kind": "display", "png": np.frombuffer(
        received.PNG_START + side * 2 + bytes(600) + received.PNG_END, np.uint8)}
    outputs = received.checked_outputs({"outputs": [picture] * 5}, Limits(), 1, room)
    assert [each["output_type"] for each in outputs] == ["display_data"] * 2 + ["stream"]


def test_errors_are_as_few_and_as_short_as_a_worker_makes_them():
    room = received.Room(10**6, 0)
    error = {"kind": "error", "name": "E", "value": "", "traceback": [""] * 10**6}
    outputs = received.checked_outputs({"outputs": [error] * 100}, Limits(), 1, room)
    assert len(outputs) == received.MAX_ERRORS + 1
    assert room.chars == 10**6 - 100_000 - received.ERROR_CHARS
    error["traceback"] = ["first", "last"]
    (one,) = received.checked_outputs({"outputs": [error]}, Limits(), 1, room)
    assert one["traceback"] == ["first", "last"]
