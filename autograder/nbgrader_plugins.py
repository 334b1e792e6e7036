"""Where nbgrader meets this package: named in ``nbgrader_config.py``, nowhere else.

nbgrader autogrades in two steps, each an exporter run with a list of preprocessors:

    submitted/  --SubmissionExporter, RebuildSubmission-->  autograded/ (not yet run)
    autograded/ --GradeSubmission, SaveMarks, ...-------->  autograded/ and the gradebook
"""

from __future__ import annotations

import contextlib
import copy
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import AssignLatePenalties, NbGraderPreprocessor, SaveAutoGrades
from traitlets import Bool, Enum, Float, Integer, TraitError, Unicode, default

from autograder import feedback
from autograder.grading import left_to_a_person, nothing_asked
from autograder.rebuild import UnreadableError, read_submission
from autograder.running import configuration, preflight, resubmitted
from autograder.running.course_folder import CourseFolder, NoTimeError, handed_in
from autograder.running.faults import GradebookError
from autograder.running.run import Run, read_regular_file
from autograder.sandbox import Limits, SandboxError


class SubmissionExporter(NotebookExporter):
    """Reads a submission whatever it contains; an unreadable one becomes an empty one.

    It is also the first thing of ours that ``nbgrader autograde`` creates, so what belongs
    to a whole run is here: the checks before it, and the engine that grades ahead.
    """

    @default("optimistic_validation")
    def _validate_once_a_step(self) -> bool:
        """Not behind each preprocessor: a step's result is checked before it is written."""
        return True

    def __init__(self, config=None, **kwargs):
        super().__init__(config=config, **kwargs)
        converter = self.parent
        if converter is not None:
            converter.coursedir = CourseFolder.like(converter.coursedir)
            try:
                configuration.check_preprocessors(converter)
                self.run = Run(converter, GradeSubmission(parent=self))
                preflight.before_autograde(converter)
                self.run.prepare()
            except (preflight.CannotStartError, GradebookError, TraitError) as reason:
                converter.log.error("%s", reason)
                raise NbGraderException(str(reason)) from None

    def from_filename(self, filename: str, resources: Any = None, **kw: Any):
        submission = resources.setdefault("autograder", {"path": Path(filename)})
        notebook = nbformat.v4.new_notebook()
        try:
            content = read_regular_file(filename)
            submission["cells"] = read_submission(content)
            # Only the rebuilt notebook of the second step is used as a whole, and it can be
            # read; a student's may be of any form, and counts by its cells alone.
            with contextlib.suppress(Exception):
                notebook = nbformat.reads(content.decode(), as_version=4)
        except UnreadableError as reason:
            submission["unreadable"] = str(reason)
        resources["metadata"] = {
            "name": Path(filename).stem, "path": os.path.dirname(filename) or "."}
        return self.from_notebook_node(notebook, resources=resources, **kw)


class RebuildSubmission(NbGraderPreprocessor):
    """Replaces the submitted notebook by one that is built from the release."""

    def preprocess(self, nb, resources):
        where, run = resources["nbgrader"], self.parent.run
        submission = resources["autograder"]
        about = {resubmitted.KEY: run.fingerprint(submission["path"])}
        if reason := submission.get("unreadable"):
            self.log.warning("%s: the notebook could not be read: %s", where["student"], reason)
            rebuilt = copy.deepcopy(run.material(where["notebook"])[0])
            about["autograder_unreadable"] = reason
        else:
            rebuilt = run.rebuilt(where["notebook"], submission["cells"])
        rebuilt.metadata = NotebookNode(rebuilt.metadata, **about)  # the release's stays as it is
        return rebuilt, resources


class GradeSubmission(NbGraderPreprocessor):
    """Runs the notebook in the sandbox and writes outputs and marks into its cells."""

    cell_seconds = Float(10, help="Seconds that one cell may run.").tag(config=True)
    call_seconds = Float(5, help="Seconds that one call of a student's function may take "
                         "when it is marked.").tag(config=True)
    submission_seconds = Float(120, help="Seconds that each of the two runs of a notebook "
                               "may take in all.").tag(config=True)
    memory_mib = Integer(4096, help="Memory of the student's processes, in MiB."
                         ).tag(config=True)
    secret_file = Unicode(".course_secret", help="File with the secret from which hidden inputs "
                          "are drawn, relative to the course's folder. Made at the first run; "
                          "keep it, or a regrade draws other inputs.").tag(config=True)
    draw_figures = Bool(False, help="Run released cells that only draw, tagged `figure`, so that "
                        "feedback shows them. Students have them in their own notebooks, and "
                        "most of a notebook's time would be Matplotlib's.").tag(config=True)
    allow_unprotected = Bool(False, help="Grade even where the sandbox does not hold. What "
                             "student code could then do is said at the start of a run."
                             ).tag(config=True)
    lock_seconds = Float(30, help="Seconds to wait for another program that keeps the gradebook "
                         "locked (SQLite).").tag(config=True)
    workers = Integer(0, help="Submissions that are graded at a time; 0 for one on each core."
                      ).tag(config=True)
    engine = Enum(["processes", "dask"], "processes", help="Who grades: processes of this machine, "
                  "or a Dask cluster.").tag(config=True)
    scheduler = Unicode("", help="Address of the cluster's scheduler, such as "
                        "tcp://10.0.0.1:8786.").tag(config=True)
    cache_folder = Unicode(".grading_cache", help="Folder with the results of earlier runs, "
                           "relative to the course's folder: work that has not changed is not "
                           "graded again. Empty to do without.").tag(config=True)

    def preprocess(self, nb, resources):
        where = resources["nbgrader"]
        unreadable = nb.metadata.pop("autograder_unreadable", None)
        if unreadable:
            result = nothing_asked(nb)
            nb.cells.insert(0, feedback.unreadable_cell(unreadable))
        else:
            # nbgrader has put the submission's and the course's other files there
            folder = Path(resources["metadata"]["path"]).resolve()
            try:
                result = self.parent.run.result(nb, where["student"], where["notebook"], folder)
            except SandboxError as error:
                self.log.error("%s: not marked, left to a person. %s", where["student"], error)
                result = left_to_a_person(nb, str(error))
        feedback.write_result(nb, result)
        try:
            handed_in(self.parent.run.submitted_folder(where["student"]))
        except NoTimeError as reason:
            nb.cells.insert(0, feedback.no_time_cell(str(reason)))
        resources["autograder"] = {"reviews": result.reviews}
        return nb, resources

    def limits(self) -> Limits:
        return Limits(
            cell_seconds=self.cell_seconds, call_seconds=self.call_seconds,
            submission_seconds=self.submission_seconds, memory_bytes=self.memory_mib * 2**20)

    def secret(self, root: str) -> bytes:
        """The course's secret; made once and whole, readable by the instructor alone.

        Raises:
            CannotStartError: It cannot be made or read.
        """
        path = Path(root, self.secret_file)
        try:
            if not path.exists():
                # whole or not at all: another grader may look for it at the same time
                with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:
                    file.write(secrets.token_hex(32) + "\n")
                    file.flush()
                    with contextlib.suppress(FileExistsError):
                        os.link(file.name, path)
            secret = path.read_text().strip().encode()
        except (OSError, UnicodeDecodeError) as error:
            raise preflight.CannotStartError(
                f"{path}, from which hidden inputs are drawn, cannot be made or read: {error}."
            ) from None
        if not secret:
            raise preflight.CannotStartError(
                f"{path} is empty: put the course's secret back, or, if no marks were given yet, "
                "delete it, and another one is made.")
        return secret


class SaveMarks(SaveAutoGrades):
    """Saves the marks; what the program could not mark is left for a person.

    All of a notebook's in one transaction: it is recorded as a whole or not at all.
    """

    def preprocess(self, nb, resources):
        where = resources["nbgrader"]
        reviews = resources["autograder"]["reviews"]
        gradebook = self.parent.run.gradebook
        try:
            notebook = gradebook.find_submission_notebook(
                where["notebook"], where["assignment"], where["student"])
            grades = {grade.name: grade for grade in notebook.grades}
            comments = {comment.name: comment for comment in notebook.comments}
            for cell in nb.cells:
                grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
                if utils.is_grade(cell):
                    self.save_grade(grades[grade_id], cell, grade_id in reviews)
                if utils.is_solution(cell) or utils.is_task(cell):
                    comments[grade_id].auto_comment = automatic_comment(cell)
            resources["autograder"]["late"] = bool(
                notebook.assignment.total_seconds_late > 0 or notebook.late_submission_penalty)
            gradebook.db.commit()
        finally:
            gradebook.db.remove()  # gives the connection back; what was not committed is not there
        self.parent.run.progress.step()
        return nb, resources

    def save_grade(self, grade, cell, review: bool) -> None:
        """As nbgrader does; points that a person gave stay, and are to be looked at again."""
        score = None if review else utils.determine_grade(cell, self.log)[0]
        grade.auto_score = score
        grade.needs_manual_grade = score is None or grade.manual_score is not None


class LatePenalties(AssignLatePenalties):
    """Assigns penalties as nbgrader does; opens the gradebook only where there may be one."""

    def preprocess(self, nb, resources):
        if resources["autograder"]["late"]:
            return super().preprocess(nb, resources)
        return nb, resources


def automatic_comment(cell) -> str | None:
    """nbgrader's "No response.", also for a cell that was missing altogether."""
    if cell.metadata.get("autograder") == "missing" and utils.is_solution(cell):
        return feedback.UNSOLVED
    same = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
    return "No response." if same and not utils.is_task(cell) else None
