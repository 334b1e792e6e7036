"""nbgrader's plain commands, run in this folder, use this package's grader.

    nbgrader generate_assignment backprop
    nbgrader autograde backprop
    nbgrader generate_feedback backprop
    nbgrader export
"""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821  (nbgrader defines it)

# nbgrader calls `alembic` by name when it makes a gradebook: found also where the
# environment is used without being activated, as in `.venv/bin/nbgrader`.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

c.CourseDirectory.course_id = "backprop"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback"]

# What switches the grader on.
c.Autograde.exporter_class = "autograder.nbgrader_plugins.SubmissionExporter"
c.Autograde.sanitize_preprocessors = ["autograder.nbgrader_plugins.RebuildSubmission"]
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader_plugins.GradeSubmission",
    "nbgrader.preprocessors.LimitOutput",
    "autograder.nbgrader_plugins.SaveMarks",
    "autograder.nbgrader_plugins.LatePenalties",
]

# What students get in place of a solution; the grader knows NotImplementedError as "not yet".
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"
# The marking scheme of a written answer stands inside its model answer.
c.ClearMarkScheme.enforce_metadata = False
