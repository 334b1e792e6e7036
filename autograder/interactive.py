"""``grade(...)`` as the hidden line of a test cell runs it in an instructor's notebook.

When a class is graded the line is only read, never run: see ``autograder.grading``.
"""

from __future__ import annotations

from typing import Any


def grade(question: str, *objects: Any) -> float:
    """Marks objects of this process against the reference, and prints the reasons.

    For trying a source notebook in JupyterLab or with ``nbgrader validate``.

    Args:
        question: The question's id.
        *objects: What the notebook defines under the question's names.

    Returns:
        The points, which nbgrader reads as partial credit of the cell.

    Raises:
        LookupError: There is no such question, or no notebook asks it.
    """
    # Imported here, so that nbgrader's start does not wait for every question.
    from autograder import feedback
    from autograder.drawing import draw_cases
    from autograder.marking import mark
    from autograder.questions import all_questions
    from autograder.reference import answers_of, mistakes_of, reference_for

    asked = all_questions()[question]
    reference = reference_for(question)
    cases = draw_cases(asked, "instructor", b"an open secret")
    given = dict(zip(asked.names, objects, strict=True))
    result = mark(asked, cases, answers_of(asked, given, cases),
                  answers_of(asked, reference, cases), mistakes_of(asked, reference, cases))
    print("\n".join(feedback.lines(result)))
    return result.points
