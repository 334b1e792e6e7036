"""The sandbox: what happens in it is shown as a notebook shows it, and hurts nobody else."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from autograder.answers import Problem
from autograder.sandbox import Limits, Session

FAST = Limits(cell_seconds=1, call_seconds=1, memory_bytes=2 * 2**30)
CALL = "def probe(function, *arguments):\n    return function(*arguments)\n"


@pytest.fixture
def session():
    with Session(FAST) as session:
        yield session


def texts(run):
    return "".join(output["text"] for output in run.outputs if output["output_type"] == "stream")


def test_outputs_keep_their_order_and_kind(session):
    run = session.run("import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')\n1 + 1")
    kinds = [(o["output_type"], o.get("name"), o.get("text") or o["data"]["text/plain"])
             for o in run.outputs]
    assert kinds == [("stream", "stdout", "a\n"), ("stream", "stderr", "b\n"),
                     ("stream", "stdout", "c\n"), ("execute_result", None, "2")]
    assert run.outcome == "ok"


def test_figures_are_png_images_with_their_alternative_text(session):
    run = session.run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);\n"
                      "plt.figure(); plt.plot([2, 1]);")
    images = [o for o in run.outputs if "image/png" in o.get("data", {})]
    assert len(images) == 2
    run = session.run("from course_utils import plots\n"
                      "plots.sigmoid_and_slope(lambda z: z, lambda z: z)")
    assert "logistic" in run.outputs[0]["metadata"]["image/png"]["alt"]


@pytest.mark.parametrize("code", [
    "from IPython.display import HTML; HTML('<script>alert(1)</script>')",
    "from IPython.display import display; display({'application/javascript': '1'}, raw=True)",
    "from IPython.display import SVG; SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>')",
    "from IPython.display import display; display({'image/png': b'not a png'}, raw=True)",
])
def test_no_html_script_or_false_image_comes_out(session, code):
    shown = {kind for output in session.run(code).outputs for kind in output.get("data", {})}
    assert shown <= {"text/plain"}


def test_terminal_escapes_do_not_come_out(session):
    assert texts(session.run("print('\\x1b[31mred\\x1b[0m\\x07')")) == "red\n"


def test_a_failed_check_shows_its_sentences_alone(session):
    run = session.run("from course_utils.checks.report import CheckFailed\nraise CheckFailed('no')")
    (error,) = run.outputs
    assert (error["ename"], error["traceback"]) == ("CheckFailed", ["✗ no"])


def test_an_exception_keeps_the_state_for_the_next_cell(session):
    assert session.run("x = 1\n1 / 0").outcome == "error"
    assert texts(session.run("print(x)")) == "1\n"


def test_a_syntax_error_ends_only_its_own_cell(session):
    run = session.run("def f(:\n")
    assert run.outcome == "error"
    assert run.outputs[0]["ename"] == "SyntaxError"
    assert session.run("1").outcome == "ok"


def test_an_endless_loop_costs_only_its_own_cell(session):
    session.run("x = 5")
    run = session.run("while True: pass")
    assert run.outcome == "timeout"
    assert "stopped after 1 seconds" in run.outputs[-1]["evalue"]
    assert texts(session.run("print(x)")) == "5\n"


def test_a_loop_that_swallows_interrupts_is_killed_and_the_rest_goes_on(session):
    session.run("x = 5")
    stubborn = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    assert session.run(stubborn).outcome == "timeout"
    assert texts(session.run("print(x)")) == "5\n"


@pytest.mark.parametrize("code", ["import os; os._exit(0)", "import os; os.kill(os.getpid(), 9)",
                                  "import os; os.closerange(3, 50)"])
def test_a_process_that_ends_costs_only_its_own_cell(session, code):
    session.run("x = 5")
    assert session.run(code).outcome == "died"
    assert texts(session.run("print(x)")) == "5\n"


@pytest.mark.parametrize("code", ["exit()", "quit()", "import sys; sys.exit(1)",
                                  "raise KeyboardInterrupt", "raise SystemExit"])
def test_leaving_politely_does_not_end_the_process(session, code):
    session.run("x = 5")
    session.run(code)
    assert texts(session.run("print(x)")) == "5\n"


def test_too_much_memory_is_refused(session):
    session.run("x = 5")
    run = session.run("hog = bytearray(8 * 2**30)")
    assert run.outcome in ("error", "died")
    assert texts(session.run("print(x)")) == "5\n"


def test_output_is_bounded():
    with Session(Limits(output_chars=1000, images=2)) as session:
        run = session.run("for k in range(10**6): print(k)")
        assert len(texts(run)) < 1200
        assert "too long" in texts(run)
        run = session.run("import matplotlib.pyplot as plt\nfor k in range(4): plt.figure().gca()")
        assert sum("image/png" in o.get("data", {}) for o in run.outputs) == 2


def test_a_budget_ends_everything():
    with Session(Limits(cell_seconds=5, submission_seconds=3)) as session:
        runs = [session.run("import time; time.sleep(2)") for _ in range(3)]
        assert [run.outcome for run in runs][-1] == "budget"
        assert session.ask(CALL, ["print"], []).problem == Problem("budget")


def test_functions_answer_with_plain_data(session):
    session.run("import numpy as np\ndef f(a, b): return {'sum': a + b, 'pair': (a, [b])}")
    answer = session.ask(CALL, ["f"], [np.arange(3.0), 2])
    assert answer.problem is None
    np.testing.assert_array_equal(answer.value["sum"], [2.0, 3.0, 4.0])
    assert answer.value["pair"][1] == [2]


@pytest.mark.parametrize(("code", "problem"), [
    ("pass", Problem("missing", "f")),
    ("def f(): raise NotImplementedError('secret 0.123')", Problem("raised", "NotImplementedError")),
    ("class Secret0123(Exception): pass\ndef f(): raise Secret0123", Problem("raised", "Exception")),
    ("def f(): return lambda: 1", Problem("unreadable", "function")),
    ("def f(): return object()", Problem("unreadable", "an object")),
    ("class Secret(float): pass\ndef f(): return Secret(1)", Problem("unreadable", "an object")),
    ("def f():\n    while True: pass", Problem("timeout", "1")),
    ("import os\ndef f(): os._exit(0)", Problem("died")),
    ("def f(): raise SystemExit", Problem("raised", "SystemExit")),
], ids=["missing", "stub", "own exception", "function", "object", "subclass", "loop", "exit",
        "SystemExit"])
def test_whatever_a_function_does_there_is_an_answer_that_tells_no_secret(session, code, problem):
    session.run(code)
    answer = session.ask(CALL, ["f"], [])
    assert answer.problem == problem
    assert session.run("1").outcome == "ok"


def test_what_a_question_prints_and_plots_is_not_shown(session):
    session.run("import matplotlib.pyplot as plt\ndef f(x):\n    print(x)\n    plt.plot([x])")
    session.ask(CALL, ["f"], [0.123])
    assert session.run("pass").outputs == []


def test_nothing_of_the_instructors_environment_is_there(session, monkeypatch):
    monkeypatch.setenv("COURSE_TOKEN", "canary")
    run = session.run("import os, sys\nprint(dict(os.environ), sys.argv)")
    assert "canary" not in texts(run)
    assert str(Path.home()) not in texts(run).replace(str(Path(os.__file__).parent), "")


def test_a_students_own_module_and_data_come_along_but_no_links(tmp_path):
    (tmp_path / "own.py").write_text("VALUE = 7\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "numbers.txt").write_text("1 2 3\n")
    (tmp_path / "link.txt").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    with Session(FAST, tmp_path) as session:
        run = session.run("import os, own\nprint(own.VALUE, open('data/numbers.txt').read())\n"
                          "print(sorted(os.listdir()))")
    assert "7 1 2 3" in texts(run)
    assert "link" not in texts(run)
    assert "pipe" not in texts(run)


def test_nothing_is_left_behind(tmp_path):
    with Session(FAST) as session:
        run = session.run(
            "import os, subprocess\nos.mkdir('closed'); open('closed/file', 'w').close()\n"
            "os.chmod('closed', 0)\nchild = subprocess.Popen(['sleep', '100'])\n"
            "print(os.getcwd(), child.pid)")
        folder, child = texts(run).split()
        assert Path(folder).is_dir()
    assert not Path(folder).exists()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and "Z" not in status(child):
        assert time.monotonic() < deadline, "the student's child process is still there"
        time.sleep(0.05)


def status(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[1].split()[0]
    except OSError:
        return "Z"


def test_the_student_cannot_speak_for_the_worker(session):
    """A forged frame, or a flood of them, is noise: the worker counts as dead, no more."""
    session.run("x = 5\ndef f(): return 1")
    run = session.run("import os\nfor fd in range(3, 20):\n    try: os.write(fd, b'\\xff' * 64)\n"
                      "    except OSError: pass")
    assert run.outcome == "died"
    assert session.ask(CALL, ["f"], []).value == 1
