"""Hidden inputs: drawn for one student and one question, the same at every regrade."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np

from autograder.question import Case, Question


def draw_cases(question: Question, student: str, secret: bytes) -> list[Case]:
    """The cases of a question for one student.

    Args:
        question: The question.
        student: The student's id.
        secret: The course's secret: who does not have it cannot know the inputs.
    """
    message = f"{student}\0{question.id}".encode()
    digest = hmac.new(secret, message, hashlib.sha256).digest()
    return question.draw(np.random.default_rng(int.from_bytes(digest, "big")))
