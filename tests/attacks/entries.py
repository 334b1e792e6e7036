"""Hostile submissions, and honest ones that look odd: each with what it deserves.

Most are text: a table in a ``.toml`` file of ``corpus/``, which is a group:

    [run_cell]
    tries = "what it is after, in a few words"
    base = "released"            # as handed out, "begun" (two questions solved), or "solved"
    first = "..."                # a cell behind the set-up
    last = "..."                 # a cell at the end
    every = "..."                # what each solution cell says that its name is
    deserves = "nothing"         # or "begun", "everything", "unreadable"
    with_stock = "why it is not tried with nbgrader alone: it would harm this machine"

    [[run_cell.edit]]            # as in autograder/sample_class

``base`` and ``deserves`` of a whole group stand in `GROUPS`, the notebook that it is about in
`PAPERS`: with the course's questions, or with ordinary test cells. Words like ``@COURSE@`` are
put in by the scene: an attacker may well know where things are. What cannot be written as
text, in `malformed` and `odd_files`, is a function that writes the submission's folder.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.build import ROOT
from autograder.grading import is_test
from autograder.sample_class import Sample, submission
from tests.elsewhere.notebooks import read_text

NOTEBOOK = "1_chain_rule"
#: Another assignment of the same course, without questions.
ORDINARY = "ordinary"
FOLDER = Path(__file__).with_name("corpus")
SOURCE = ROOT / "source/backprop" / f"{NOTEBOOK}.ipynb"
RELEASE = ROOT / "release/backprop" / f"{NOTEBOOK}.ipynb"
#: The questions that a submission which is "begun" has solved.
BEGUN = ("sigmoid", "forward")

#: For each group what its submissions start from and deserve, unless they say otherwise.
GROUPS = {
    "honest": ("solved", "everything"),
    "kernel_hooks": ("released", "nothing"),
    "lying_objects": ("released", "nothing"),
    "protocol": ("begun", "begun"),
    "gradebook": ("begun", "begun"),
    "files": ("begun", "begun"),
    "leaks": ("begun", "begun"),
    "host": ("begun", "begun"),
    "network": ("begun", "begun"),
    "exhaustion": ("begun", "begun"),
    "malformed": ("begun", "begun"),
    "odd_files": ("begun", "begun"),
    "ordinary_tests": ("begun", "begun"),
}


def without_figures(path: Path) -> NotebookNode:
    """A notebook without its figures, which take most of its time."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if not cell.id.startswith("figure-")]
    return notebook


#: Read once: a class has more than two hundred.
RELEASED, SOLVED = without_figures(RELEASE), without_figures(SOURCE)
#: The names that the notebook's solution cells define.
SOLUTIONS = [cell.metadata.nbgrader.grade_id for cell in RELEASED.cells
             if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")]
#: Submissions besides the leaks that try something with what is shown of them.
SHOWING = ("error_of_its_own", "zip_bomb_picture", "flood_of_displays", "forged_marks",
           "forged_outputs", "half_pairs", "odd_names", "warnings_and_prints", "animation",
           "reads_others", "json_null", "scripts_in_an_answer", "scripts_in_text",
           "missing_picture", "leaks_by_errors", "leaks_by_answers", "leaks_by_prints",
           "markup_in_answers", "reads_callbacks", "callers_frame", "traced", "coloured_for_ever")
#: The questions that a program marks.
TESTS = [cell.metadata.nbgrader.grade_id for cell in RELEASED.cells if is_test(cell)]


@dataclass(frozen=True)
class Paper:
    """The notebook that a submission is about.

    Args:
        assignment: Its assignment.
        name: Its name.
        solutions: The names that its solution cells define.
        begun: The questions that a submission which is "begun" has solved.
        written: The questions that a person marks.
        solved: The notebook as solved.
        released: As handed out; None if that is to be had from the scene's course.
    """

    assignment: str
    name: str
    solutions: tuple[str, ...]
    begun: tuple[str, ...]
    written: tuple[str, ...]
    solved: NotebookNode
    released: NotebookNode | None = None

    def handed_out(self, course: Path) -> NotebookNode:
        """The released notebook.

        Args:
            course: The scene's course.
        """
        path = course / "release" / self.assignment / f"{self.name}.ipynb"
        return self.released or nbformat.read(path, as_version=4)


ASKING = Paper("backprop", NOTEBOOK, tuple(SOLUTIONS), BEGUN, ("v_curve",), SOLVED, RELEASED)
ASSERTING = Paper(
    ORDINARY, ORDINARY,
    ("area", "shout", "mean", "Vector", "sort", "say", "apply", "numbers", "answer", "rate"),
    ("area", "shout"), (), read_text((FOLDER / "ordinary.py").read_text(encoding="utf-8")))
PAPERS = {group: ASSERTING if group == "ordinary_tests" else ASKING for group in GROUPS}


@dataclass(frozen=True)
class Entry:
    """A submission.

    Args:
        name: Also its student's id.
        group: What sort of thing it is.
        tries: What it is after.
        deserves: ``"nothing"``, ``"begun"``, ``"everything"``, ``"unreadable"``, or the
            questions in which it deserves less than everything.
        plan: Its edits, in the form of `autograder.sample_class`.
        write: Writes its folder, from the notebook that it starts from; None to write the
            notebook alone.
        with_stock: Empty, or why it is not tried with nbgrader alone.
        to_read: Questions that wait for a person, where it deserves nothing.
    """

    name: str
    group: str
    tries: str
    deserves: str | dict[str, float]
    plan: dict[str, Any] = field(default_factory=dict)
    write: Callable[[Path, bytes, dict[str, str]], None] | None = None
    with_stock: str = ""
    to_read: tuple[str, ...] = ()

    @property
    def paper(self) -> Paper:
        return PAPERS[self.group]

    @property
    def shows(self) -> bool:
        """Whether it tries something with what is shown of it."""
        return self.group == "leaks" or self.name in SHOWING

    def deserved(self, questions: dict[str, float]) -> dict[str, float | None]:
        """The mark of each question; None: it waits for a person."""
        everything = {**questions, **dict.fromkeys(self.paper.written)}
        match self.deserves:
            case "nothing":
                return {**dict.fromkeys(questions, 0), **dict.fromkeys(self.to_read)}
            case "unreadable":
                return {**dict.fromkeys(questions, 0), "sigmoid": None}
            case "begun":
                return {name: worth if name in self.paper.begun else 0
                        for name, worth in questions.items()}
            case "everything":
                return everything
        return {**everything, **self.deserves}

    def lay_out(self, folder: Path, words: dict[str, str]) -> None:
        """Writes the submission.

        Args:
            folder: Its folder, which exists.
            words: What to put in for ``@WORD@``.
        """
        words = {**words, "STUDENT": self.name}
        sample = Sample(self.name, self.tries, filled(self.plan, words))
        content = submission(sample, self.paper.name, self.paper.handed_out(Path(words["COURSE"])),
                             self.paper.solved)
        if self.write is None:
            (folder / f"{self.paper.name}.ipynb").write_bytes(content)
        else:
            self.write(folder, content, words)


def filled(plan: Any, words: dict[str, str]) -> Any:
    """A plan with words in place of ``@WORD@``."""
    if isinstance(plan, dict):
        return {key: filled(value, words) for key, value in plan.items()}
    if isinstance(plan, list):
        return [filled(value, words) for value in plan]
    if isinstance(plan, str):
        for word, value in words.items():
            plan = plan.replace(f"@{word}@", value)
    return plan


def plan_for(paper: Paper, base: str, first: str = "", last: str = "", every: str = "",
             edit: tuple[dict, ...] = ()) -> dict[str, Any]:
    """The edits of a table in the form of `autograder.sample_class`."""
    edits = [{"cell": name, "source": f"{name} = {every}"} for name in paper.solutions if every]
    edits += edit
    if first:
        edits.append({"cell": "setup", "after": first})
    if last:
        edits.append({"cell": "closing", "after": last})
    plan = {"base": "released" if base == "released" else "solved", "edit": edits}
    return {**plan, "only": list(paper.begun)} if base == "begun" else plan


def entry(group: str, name: str, tries: str, base: str = "", deserves: Any = "",
          write: Callable | None = None, with_stock: str = "", to_read: tuple[str, ...] = (),
          **edits: Any) -> Entry:
    """An entry, with its group's own base and deserts unless it names others."""
    usual_base, usual_deserts = GROUPS[group]
    return Entry(name, group, tries, deserves or usual_deserts,
                 plan_for(PAPERS[group], base or usual_base, **edits), write, with_stock,
                 tuple(to_read))


def read_tables(group: str) -> list[Entry]:
    """The entries of a ``.toml`` file."""
    path = FOLDER / f"{group}.toml"
    if not path.exists():
        return []
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return [entry(group, name, **table) for name, table in tables.items()]


def all_entries() -> list[Entry]:
    """The corpus, group by group."""
    from tests.attacks import malformed, odd_files

    written = malformed.ENTRIES + odd_files.ENTRIES
    found = [each for group in GROUPS
             for each in read_tables(group) + [one for one in written if one.group == group]]
    assert len({each.name for each in found}) == len(found), "two entries have the same name"
    return found
