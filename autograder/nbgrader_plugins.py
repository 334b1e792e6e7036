"""Where nbgrader meets this package: named in ``nbgrader_config.py``, nowhere else.

nbgrader autogrades in two steps, each an exporter run with a list of preprocessors:

    submitted/  --SubmissionExporter, RebuildSubmission-->  autograded/ (not yet run)
    autograded/ --GradeSubmission, SaveMarks, ...-------->  autograded/ and the gradebook
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets import Bool, Float, Integer, Unicode

from autograder import feedback, preflight
from autograder.grading import Job, grade_notebook, left_to_a_person, nothing_asked
from autograder.rebuild import UnreadableError, read_submission, rebuild
from autograder.sandbox import Limits, SandboxError


class SubmissionExporter(NotebookExporter):
    """Reads a submission whatever it contains; an unreadable one becomes an empty one.

    It is also the first thing of ours that ``nbgrader autograde`` creates, so the checks
    that belong to a whole run are made here.
    """

    def __init__(self, config=None, **kwargs):
        super().__init__(config=config, **kwargs)
        converter = self.parent
        if converter is not None:
            try:
                settings = GradeSubmission(parent=converter)
                preflight.before_autograde(converter, settings.allow_unprotected)
            except preflight.CannotStartError as reason:
                converter.log.error("%s", reason)
                raise NbGraderException(str(reason)) from None

    def from_filename(self, filename: str, resources: Any = None, **kw: Any):
        submission = resources.setdefault("autograder", {})
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


def read_regular_file(filename: str) -> bytes:
    """The bytes of a file.

    Raises:
        UnreadableError: It is not a regular file, or cannot be read.
    """
    path = Path(filename)
    if path.is_symlink() or not path.is_file():
        raise UnreadableError("it is a link or another special thing, not a file")
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"the file could not be opened ({error.strerror})") from None


class RebuildSubmission(NbGraderPreprocessor):
    """Replaces the submitted notebook by one that is built from the release."""

    def preprocess(self, nb, resources):
        where = resources["nbgrader"]
        released = preflight.release_of(self.parent.parent, where["assignment"], where["notebook"])
        with Gradebook(where["db_url"]) as gradebook:
            cells = gradebook.find_notebook(where["notebook"], where["assignment"]).source_cells
            tests = {cell.name: cell.source for cell in cells if cell.locked}
        submission = resources["autograder"]
        if reason := submission.get("unreadable"):
            self.log.warning("%s: the notebook could not be read: %s", where["student"], reason)
            released.metadata["autograder_unreadable"] = reason
            return released, resources
        return rebuild(released, tests, submission["cells"]), resources


class GradeSubmission(NbGraderPreprocessor):
    """Runs the notebook in the sandbox and writes outputs and marks into its cells."""

    cell_seconds = Float(10, help="Seconds that one cell may run.").tag(config=True)
    call_seconds = Float(5, help="Seconds that one call of a student's function may take "
                         "when it is marked.").tag(config=True)
    submission_seconds = Float(120, help="Seconds that each of the two runs of a notebook "
                               "may take in all.").tag(config=True)
    memory_mib = Integer(4096, help="Address space of the student's process, in MiB."
                         ).tag(config=True)
    secret_file = Unicode(".course_secret", help="File with the secret from which hidden inputs "
                          "are drawn, relative to the course's folder. Made at the first run; "
                          "keep it, or a regrade draws other inputs.").tag(config=True)

    allow_unprotected = Bool(False, help="Grade even where the sandbox does not hold. What "
                             "student code could then do is said at the start of a run."
                             ).tag(config=True)

    def preprocess(self, nb, resources):
        where = resources["nbgrader"]
        unreadable = nb.metadata.pop("autograder_unreadable", None)
        if unreadable:
            result = nothing_asked(nb)
            nb.cells.insert(0, feedback.unreadable_cell(unreadable))
        else:
            # nbgrader has put the submission's and the course's other files there
            folder = Path(resources["metadata"]["path"]).resolve()
            coursedir = self.parent.parent.coursedir
            source = Path(coursedir.format_path(
                coursedir.source_directory, ".", where["assignment"])).resolve()
            job = Job(
                nb, where["student"], self.secret(coursedir.root), source, folder, self.limits())
            try:
                result = grade_notebook(job)
            except SandboxError as error:
                self.log.error("%s: not marked, left to a person. %s", where["student"], error)
                result = left_to_a_person(nb, str(error))
        feedback.write_result(nb, result)
        resources["autograder"] = {"reviews": result.reviews}
        return nb, resources

    def limits(self) -> Limits:
        return Limits(
            cell_seconds=self.cell_seconds, call_seconds=self.call_seconds,
            submission_seconds=self.submission_seconds, memory_bytes=self.memory_mib * 2**20)

    def secret(self, root: str) -> bytes:
        """The course's secret; made once, readable by the instructor alone."""
        path = Path(root, self.secret_file)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32) + "\n")
        except FileExistsError:
            pass
        return path.read_text().strip().encode()


class SaveMarks(SaveAutoGrades):
    """Saves the marks; what the program could not mark is left for a person."""

    def preprocess(self, nb, resources):
        nb, resources = super().preprocess(nb, resources)
        reviews = resources["autograder"]["reviews"]
        if reviews:
            with Gradebook(self.db_url) as gradebook:
                for grade_id in reviews:
                    grade = gradebook.find_grade(
                        grade_id, self.notebook_id, self.assignment_id, self.student_id)
                    grade.auto_score, grade.needs_manual_grade = None, True
                gradebook.db.commit()
        return nb, resources

    def _add_comment(self, cell, resources):
        """nbgrader's "No response.", also for a cell that was missing altogether."""
        if cell.metadata.get("autograder") == "missing" and utils.is_solution(cell):
            comment = self.gradebook.find_comment(
                cell.metadata.nbgrader.grade_id, self.notebook_id, self.assignment_id,
                self.student_id)
            comment.auto_comment = feedback.UNSOLVED
            self.gradebook.db.commit()
        else:
            super()._add_comment(cell, resources)


