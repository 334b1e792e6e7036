"""``nbgrader autograde`` with short names for the options of this grader."""

from __future__ import annotations

from nbgrader.apps.autogradeapp import AutogradeApp
from traitlets import default

from autograder.nbgrader_plugins import GradeSubmission


class Grade(AutogradeApp):
    """nbgrader's command, which reads the course's configuration only after its own options."""

    name = "python -m autograder autograde"
    description = "nbgrader autograde, with short names for the options of this grader."
    aliases = {**AutogradeApp.aliases, "engine": "GradeSubmission.engine",  # noqa: RUF012
               "scheduler": "GradeSubmission.scheduler", "workers": "GradeSubmission.workers"}
    flags = {**AutogradeApp.flags, "allow-unprotected": (  # noqa: RUF012
        {"GradeSubmission": {"allow_unprotected": True}},
        "Grade even where the sandbox does not hold.")}

    @default("classes")
    def _classes_default(self):
        return [*super()._classes_default(), GradeSubmission]
