"""``nbgrader autograde`` with short names for the options of this grader."""

from __future__ import annotations

from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.converters import Autograde
from traitlets import default

from autograder.nbgrader_plugins import GradeSubmission, SubmissionExporter


class Grade(AutogradeApp):
    """nbgrader's command, which reads the course's configuration only after its own options.

    nbgrader's own goes on without this grader, and so without a sandbox, where no configuration
    switches it on; this one does not.
    """

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

    def start(self) -> None:
        if not issubclass(Autograde(parent=self).exporter_class, SubmissionExporter):
            self.fail("No nbgrader_config.py that was read has the lines that switch this grader "
                      "on: run this in the course's folder.")
        super().start()
