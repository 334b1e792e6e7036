"""Grading one notebook: two runs in the sandbox, questions asked, answers marked.

The first run executes the notebook with its visible checks; only its outputs are shown
to the student. The second one, in a fresh process, answers the hidden questions and is
never shown: otherwise a later cell could print the hidden inputs that an earlier one saw.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbformat import NotebookNode

from autograder import hidden
from autograder.answers import Answer
from autograder.drawing import draw_cases
from autograder.explaining import unwritten
from autograder.following import follow
from autograder.judge import Bench
from autograder.judge.plan import is_experiment, is_test, material_of
from autograder.marking import Mark, MarkingError, mark, nothing
from autograder.questions import all_questions
from autograder.reference import SOURCE, answers_of, mistakes_of, reference_for
from autograder.sandbox import CellRun, Limits, SandboxError, Session

log = logging.getLogger(__name__)

#: After one of these, the other cases of the question are not asked: it would only wait again.
HOPELESS = ("timeout", "died", "missing", "budget")
#: The tag of source cells that only draw.
FIGURE = "figure"
#: The line that asks a question.
QUESTION = re.compile(r"^\s*grade\(", re.MULTILINE)
NOT_RUN = CellRun([{"output_type": "stream", "name": "stdout", "text":
                    "[An experiment: this cell is not run for grading.]\n"}], "ok")
NOT_DRAWN = CellRun([{"output_type": "stream", "name": "stdout", "text":
                      "[A figure of your functions, in your own notebook. "
                      "Grading does not draw it.]\n"}], "ok")
#: How often a run is tried whose process is killed by somebody outside.
TRIES = 2
KILLED = "The process that was to answer was killed each time, by itself or for want of memory."
UNREADABLE = "The submitted file could not be read."


@dataclass(frozen=True)
class Job:
    """All that grading a notebook depends on.

    Args:
        notebook: The rebuilt notebook, hidden tests included.
        student: The student's id.
        secret: The course's secret, from which hidden inputs are drawn.
        source: Folder of the source notebooks, whose solutions are the reference.
        folder: Files that the notebook may use, or None.
        limits: Time, memory and output that it may take.
        name: The notebook's name, by which its source is found.
        figures: Whether released cells that only draw are run, to be seen in the feedback.
    """

    notebook: NotebookNode
    student: str
    secret: bytes = field(repr=False)  # no log shows it
    source: Path = SOURCE
    folder: Path | None = None
    limits: Limits = field(default_factory=Limits)
    name: str = ""
    figures: bool = False


@dataclass(frozen=True)
class Result:
    """What grading a notebook gives.

    Args:
        runs: For the index of each code cell, what running it showed.
        marks: For each test cell's grade id its mark.
        reviews: For test cells that need a person: the reason.
        steady: Whether no process ended on the way: the next time it would be the same.
    """

    runs: dict[int, CellRun]
    marks: dict[str, Mark]
    reviews: dict[str, str]
    steady: bool = True


def only_shows(cell: NotebookNode) -> bool:
    """A released cell that was left as it was, and only draws: no answer needs it."""
    return FIGURE in cell.metadata.get("tags", []) and cell.metadata.get("autograder") != "changed"


def grade_notebook(job: Job) -> Result:
    """Runs and marks a notebook. The two runs are independent and go side by side."""
    with ThreadPoolExecutor(2) as pool:
        shown = pool.submit(run_visible, job)
        asked = pool.submit(run_hidden, job)
        return combined(shown.result(), asked.result())


def run_visible(job: Job) -> Result:
    """Executes every code cell but experiments, test cells without their hidden part."""
    return undisturbed(show_cells, job)


def run_hidden(job: Job) -> Result:
    """Executes what defines something, and asks each question where its test cell stands."""
    return undisturbed(ask_questions, job)


def combined(shown: Result, asked: Result) -> Result:
    """What the two runs of a notebook give together."""
    return Result(shown.runs, asked.marks, asked.reviews, shown.steady and asked.steady)


def undisturbed(run: Callable[[Job, Session], Result], job: Job) -> Result:
    """A run's result; if somebody has killed its process, that of another try."""
    for _ in range(TRIES):
        with Session(job.limits, job.folder) as session:
            result = run(job, session)
        if not session.kills:
            break
        log.warning("A process of %s was killed, by somebody or for want of memory.", job.student)
    return replace(result, steady=not session.deaths)


def show_cells(job: Job, session: Session) -> Result:
    """One try at the visible run."""
    return Result({
        index: left_out(cell, job) or session.run(
            hidden.split(cell.source)[0] if is_test(cell) else cell.source)
        for index, cell in enumerate(job.notebook.cells) if cell.cell_type == "code"
    }, {}, {})


def left_out(cell: NotebookNode, job: Job) -> CellRun | None:
    """What stands in the feedback for a cell that is not run, or None if it is."""
    if is_experiment(cell):
        return NOT_RUN
    return None if job.figures or not only_shows(cell) else NOT_DRAWN


def ask_questions(job: Job, session: Session) -> Result:
    """One try at the hidden run."""
    marks: dict[str, Mark] = {}
    reviews: dict[str, str] = {}
    with bench_for(job) as bench:
        for cell in job.notebook.cells:
            if cell.cell_type != "code" or is_experiment(cell) or only_shows(cell):
                continue
            if not is_test(cell):
                session.run(cell.source)
                continue
            grade_id, unanswered = cell.metadata.nbgrader.grade_id, session.unanswered
            try:
                if asks_question(cell):
                    marks[grade_id] = looking_back(ask_question(cell, session, job), marks)
                    silent = session.unanswered > unanswered
                elif (name := language(job.notebook)) != "python":
                    raise MarkingError(f"it is written in {name}, which is not run here, so a "
                                       "person must mark it")
                else:
                    verdict = bench.judge(cell, session)
                    marks[grade_id] = verdict.mark
                    silent = verdict.mark.points == 0
                    if verdict.review:
                        reviews[grade_id] = verdict.review
                if session.kills and silent:
                    reviews[grade_id] = KILLED
            except MarkingError as error:
                log.error("%s: %s", grade_id, error)
                reviews[grade_id] = str(error)
            except SandboxError:
                raise
            except Exception as error:  # a fault of ours: it costs one question, not all
                log.exception("%s of %s: the grader itself failed", grade_id, job.student)
                reviews[grade_id] = f"The grader itself failed ({type(error).__name__})."
    return Result({}, marks, reviews)


def bench_for(job: Job) -> Bench:
    """What judges the ordinary test cells of a notebook; nothing starts before the first."""
    written = [cell.source for cell in job.notebook.cells
               if cell.cell_type == "code" and not is_test(cell)]
    return Bench(job.source / f"{job.name}.ipynb", material_of(job.notebook), job.limits,
                 job.source, written)


def language(notebook: NotebookNode) -> str:
    """The programming language of a notebook, in small letters."""
    about = notebook.metadata
    return str(about.get("language_info", {}).get("name")
               or about.get("kernelspec", {}).get("language") or "python").lower()


def asks_question(cell: NotebookNode) -> bool:
    """Whether a test cell has a line ``grade(...)``; any other is judged as it stands."""
    return bool(QUESTION.search(hidden.split(cell.source)[1]))


def ask_question(cell: NotebookNode, session: Session, job: Job) -> Mark:
    """Asks the question of a test cell and marks the answers.

    Raises:
        MarkingError: The test cell or the reference is at fault, not the student.
    """
    try:
        line = hidden.grade_line(cell.source)
    except (SyntaxError, ValueError) as error:
        raise MarkingError(f"its hidden test cannot be read: {error}") from None
    if line is None:
        raise MarkingError("its line grade(...) cannot be found, so a person must mark it")
    question = all_questions().get(line.question)
    if question is None:
        raise MarkingError(f"there is no question {line.question!r} in autograder/questions")
    cases = draw_cases(question, job.student, job.secret)
    answers: list[Answer] = []
    for case in cases:
        if answers and (problem := answers[-1].problem) and problem.kind in HOPELESS:
            answers.append(answers[-1])
            continue
        answers.append(session.ask(question.probe_source, line.names, case.arguments))
    try:
        reference = reference_for(question.id, job.source)
    except LookupError as error:
        raise MarkingError(str(error)) from None
    expected = answers_of(question, reference, cases)
    result = mark(question, cases, answers, expected)
    if result.points == result.max_points or all_silent(answers):
        return result
    if question.follows and (carried := follow(
            question, cases, answers, result, reference, session, job.source)):
        return carried
    # Mistakes are only looked for where something is wrong: most answers are right.
    return mark(question, cases, answers, expected,
                mistakes_of(question, reference, cases, job.source))


def looking_back(result: Mark, earlier: Mapping[str, Mark]) -> Mark:
    """The mark, with a note if what it leans on has lost marks itself."""
    wrong = [f"`{each.question}`" for each in earlier.values()
             if each.question in all_questions()[result.question].leans_on
             and each.points < each.max_points]
    if not wrong or result.points == result.max_points:
        return result
    return replace(result, note=f"Your own {' and '.join(wrong)} lost marks above. If this calls "
                   f"{'it' if len(wrong) == 1 else 'them'}, look there first: what is wrong "
                   "there is felt here too.")


def all_silent(answers: list[Answer]) -> bool:
    """No answer that a known mistake could explain."""
    return all(unwritten(answer.problem) for answer in answers)


def left_to_a_person(notebook: NotebookNode, reason: str) -> Result:
    """The result where our side could not even start: no marks, every question to review."""
    return Result({}, {}, {
        cell.metadata.nbgrader.grade_id: reason for cell in notebook.cells if is_test(cell)})


def nothing_asked(notebook: NotebookNode) -> Result:
    """The result of a submission that could not be read: zero, and a person should look."""
    tests = [cell.metadata.nbgrader for cell in notebook.cells if is_test(cell)]
    marks = {role.grade_id: nothing(role.grade_id, float(role.points), UNREADABLE)
             for role in tests}
    return Result({}, marks, {role.grade_id: UNREADABLE for role in tests[:1]})
