"""What a submission may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Args:
        cell_seconds: Time of one cell.
        call_seconds: Time of one call of a student's function.
        start_seconds: Time for a worker to come up.
        submission_seconds: Time of everything in a session, starts and repeats included.
        memory_bytes: Address space of each process.
        file_bytes: Size of any file that is taken along or written.
        folder_bytes: All files together.
        processes: Processes and threads together.
        output_chars: Characters that one cell may show.
        images: Images that one cell may show.
        notebook_chars: Characters that all cells together may show.
        notebook_image_bytes: Size of all images together.
        answer_bytes: Size of one answer, and of one call's arguments.
        packages: Packages that it may import, besides those of the environment: a checkout
            that holds them may hold the solutions too.
    """

    cell_seconds: float = 10
    call_seconds: float = 5
    start_seconds: float = 60
    submission_seconds: float = 120
    memory_bytes: int = 4 * 2**30
    file_bytes: int = 50 * 2**20
    folder_bytes: int = 512 * 2**20
    processes: int = 256
    output_chars: int = 100_000
    images: int = 20
    notebook_chars: int = 5_000_000
    notebook_image_bytes: int = 50 * 2**20
    answer_bytes: int = 64 * 2**20
    packages: tuple[str, ...] = ("course_utils",)
