"""One run of ``nbgrader autograde``: what it is about, and the engine that grades ahead of it."""

from __future__ import annotations

import functools
import itertools
import os
import re
import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import find_all_files, rmtree
from traitlets.config import Application

from autograder import hidden
from autograder.engine import Engine, Work, cores, perform_here, warm
from autograder.engine.cache import Cache
from autograder.engine.processes import Processes
from autograder.grading import Job, Result
from autograder.rebuild import Submitted, UnreadableError, read_submission, rebuild
from autograder.running import preflight, underway
from autograder.running.faults import Faults
from autograder.running.progress import Progress
from autograder.running.resubmitted import fingerprint, graded_from
from autograder.sandbox import SandboxError


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


class Run:
    """One run over the submissions of an assignment.

    Args:
        converter: nbgrader's ``Autograde``, which knows by now what was handed in.
        settings: The `GradeSubmission` whose traits hold for this run.
    """

    def __init__(self, converter, settings) -> None:
        self.converter, self.settings = converter, settings
        self.faults = Faults(converter.log, settings.lock_seconds)
        self.coursedir = converter.coursedir
        self.assignment = self.coursedir.assignment_id
        self.root = Path(self.coursedir.root)
        self.source = self.root / self.coursedir.format_path(
            self.coursedir.source_directory, ".", self.assignment)
        self.local: Executor | None = None  # processes of this machine, once there are some
        self.ignored = list(self.coursedir.ignore)
        for path in underway.take_up(self.root, self.concerned()):
            converter.log.warning("%s was being made when an earlier run was ended: it is made "
                                  "again.", path)
        if not converter.force:
            self.make_way()
        # now: nbgrader makes the folders of what is graded as it goes
        self.awaited = list(self.awaited_notebooks())
        self.progress = Progress(sum(self.is_released(path) for _, path in self.awaited),
                                 converter.log, isinstance(converter.parent, Application))

    @functools.cached_property
    def engine(self) -> Engine:
        if self.settings.engine == "dask":
            return Engine(self.foreseen(), self.cluster, lambda cluster: cluster.ahead(),
                          self.cache, self.here)
        workers = self.settings.workers or cores()
        # for a single one, processes are not worth their start
        several = min(workers, len(self.awaited)) > 1
        return Engine(self.foreseen(), functools.partial(self.processes, workers) if several
                      else None, lambda _: 2 * workers + 2, self.cache, self.here)

    def processes(self, count: int) -> Executor:
        """Processes of this machine, if the sandbox holds here.

        Raises:
            CannotStartError: It does not, and nobody has allowed that.
        """
        executor = self.local = Processes(count)
        for _ in range(2 * count):
            executor.submit(warm)
        try:
            self.check_sandbox()
        except preflight.CannotStartError:
            executor.shutdown(cancel_futures=True)
            raise
        return executor

    def cluster(self) -> Executor:
        """The workers of a Dask cluster.

        Raises:
            CannotStartError: There is none that may be used.
        """
        try:
            from autograder.engine.dask import Dask
        except ModuleNotFoundError as error:
            raise preflight.CannotStartError(
                f"There is no {error.name} here, which grading on a Dask cluster needs: "
                "pip install --editable '.[dask]'.") from None
        return Dask(self.settings.scheduler, self.source.resolve(),
                    self.settings.allow_unprotected, self.converter.log)

    def here(self, work: Work) -> tuple[Result, float]:
        """Grades on this machine, in this process.

        Raises:
            SandboxError: No worker could be started, or the sandbox does not hold here, and
                nobody has allowed that.
        """
        try:
            self.check_sandbox()
        except preflight.CannotStartError as reason:
            raise SandboxError(str(reason)) from None
        return perform_here(work)

    @functools.cached_property
    def cache(self) -> Cache | None:
        folder = self.settings.cache_folder
        return Cache(self.root / folder) if folder else None

    def prepare(self) -> None:
        """Sees to it that student code may be run, if any is to be run.

        Raises:
            CannotStartError: It must not.
        """
        known = self.cache.has if self.cache else lambda slot, digest: False
        kept = itertools.takewhile(
            lambda work: known(work.slot, work.digest), self.foreseen())
        if sum(1 for _ in kept) < len(self.awaited):
            self.engine.start()
            if self.settings.engine == "processes":
                self.check_sandbox()
        if self.awaited:
            self.note_what_is_under_way()

    def note_what_is_under_way(self) -> None:
        """Has nbgrader tell us which submission it begins and ends, from now on.

        Raises:
            CannotStartError: Nothing can be written in the course's folder.
        """
        try:
            notes = underway.UnderWay(
                self.root, [self.graded_folder(student) for student, _ in self.awaited])
        except OSError as error:
            raise preflight.CannotStartError(
                f"{self.root} cannot be written to ({error.strerror}).") from None
        converter = self.converter
        before, after = converter.pre_convert_hook, converter.post_convert_hook

        def made_of(notebooks) -> Path:
            return self.graded_folder(self.student_of(os.path.dirname(notebooks[0])))

        def begin(notebooks, **about) -> None:
            if self.faults.hopeless:
                converter.log.error("%s Those that are left are graded then.",
                                    self.faults.hopeless)
                sys.exit(1)  # nbgrader goes on after anything less
            notes.begin(made_of(notebooks))
            if before:
                before(notebooks=notebooks, **about)

        def end(notebooks, **about) -> None:
            self.faults.recorded()
            notes.end(made_of(notebooks))
            if after:
                after(notebooks=notebooks, **about)

        converter.pre_convert_hook, converter.post_convert_hook = begin, end

    @functools.cache  # noqa: B019  (a run's own, and gone with it)
    def check_sandbox(self) -> None:
        """Tries the sandbox out, once.

        Raises:
            CannotStartError: It does not hold, and nobody has allowed that.
        """
        preflight.check_sandbox(self.converter, self.settings.allow_unprotected, self.local)

    @functools.cached_property
    def secret(self) -> bytes:
        return self.settings.secret(str(self.root))

    def result(self, notebook: NotebookNode, student: str, name: str, folder: Path) -> Result:
        """The result of a rebuilt notebook.

        Args:
            notebook: It.
            student: The student's id.
            name: The notebook's name.
            folder: Files that it may use.

        Raises:
            SandboxError: No worker could be started.
        """
        return self.engine.result(Work(
            self.job(notebook, student, name, folder), self.slot(student, name),
            tuple(sorted(self.files(folder, []).items()))))

    def job(self, notebook: NotebookNode, student: str, name: str, folder: Path | None) -> Job:
        return Job(notebook, student, self.secret, self.source.resolve(), folder,
                   self.settings.limits(), name, self.settings.draw_figures)

    def slot(self, student: str, name: str) -> str:
        return "\0".join([self.assignment, student, name])

    @functools.cached_property
    def gradebook(self) -> Gradebook:
        """The gradebook, opened once: an opening costs more than what is written then."""
        return Gradebook(self.coursedir.db_url, self.coursedir.course_id)

    @functools.cache  # noqa: B019  (a run's own, and gone with it)
    def material(self, name: str) -> tuple[NotebookNode, dict[str, str]]:
        """A notebook's release, and for the ids of locked cells the full source.

        Raises:
            CannotStartError: There is no release.
            nbgrader.api.MissingEntry: The gradebook does not know it.
        """
        released = preflight.release_of(self.converter, self.assignment, name)
        words = ClearHiddenTests(parent=self.converter)
        begin, end = words.begin_test_delimeter, words.end_test_delimeter
        cells = self.gradebook.find_notebook(name, self.assignment).source_cells
        tests = {cell.name: hidden.with_usual_markers(cell.source, begin, end)
                 for cell in cells if cell.locked}
        self.gradebook.db.remove()
        return released, tests

    def rebuilt(self, name: str, submitted: Submitted) -> NotebookNode:
        """The notebook to grade."""
        return rebuild(*self.material(name), submitted)

    def foreseen(self) -> Iterator[Work]:
        """What nbgrader will ask for, in its order. Where something is odd, it will see to it."""
        for student, path in self.awaited:
            try:
                content = read_regular_file(str(path))
                notebook = self.rebuilt(path.stem, read_submission(content))
                files = dict(self.files(path.parent, self.coursedir.ignore))
                files |= self.files(self.source, self.coursedir.ignore)
                yield Work(self.job(notebook, student, path.stem, None),
                           self.slot(student, path.stem),
                           tuple(sorted(files.items())))
            except UnreadableError:
                continue
            except Exception as error:
                self.converter.log.debug("%s is not graded ahead: %s", path, error)

    def student_of(self, handed_in: str) -> str:
        """Whose folder of submitted notebooks it is."""
        where = self.converter._format_source("(?P<assignment_id>.*)", "(?P<student_id>.*)",
                                              escape=True)
        return re.match(where, handed_in)["student_id"]

    def submitted_folder(self, student: str) -> Path:
        """Where a student's notebooks were handed in."""
        return Path(self.coursedir.format_path(
            self.coursedir.submitted_directory, student, self.assignment))

    def graded_folder(self, student: str) -> Path:
        return Path(self.coursedir.format_path(
            self.coursedir.autograded_directory, student, self.assignment))

    def concerned(self) -> dict[Path, list[Path]]:
        """The autograded folders that this run is about, and what of them it would make."""
        found = {}
        whole = self.coursedir.notebook_id == "*"
        for student, _, notebooks in self.submissions():
            graded = self.graded_folder(student)
            found[graded] = [graded] if whole else [graded / Path(each).name for each in notebooks]
        return found

    def submissions(self) -> Iterator[tuple[str, str, list[str]]]:
        """Students, the folders that they handed in, and the notebooks; in nbgrader's order."""
        excluded = self.coursedir.student_id_exclude.split(",")
        for folder, notebooks in sorted(self.converter.assignments.items()):
            student = self.student_of(folder)
            if student not in excluded:
                yield student, folder, sorted(notebooks)

    def awaited_notebooks(self) -> Iterator[tuple[str, Path]]:
        """Students and notebooks that nbgrader will not skip, as it decides it itself."""
        for student, folder, notebooks in self.submissions():
            graded = self.graded_folder(student)
            for notebook in notebooks:
                whole = self.coursedir.notebook_id == "*"
                made = graded if whole else graded / Path(notebook).name
                if self.converter.force or not made.exists() or self.newer(folder, graded):
                    yield student, Path(notebook)

    def make_way(self) -> None:
        """Removes what was made of submissions that have changed since: nbgrader skips the rest."""
        whole = self.coursedir.notebook_id == "*"
        for student, folder, notebooks in self.submissions():
            graded = self.graded_folder(student)
            changed = [graded / path.name for path in map(Path, notebooks)
                       if graded.is_dir() and self.is_released(path)
                       and self.has_changed(path, graded / path.name)]
            if changed:
                self.converter.log.warning(
                    "%s has changed since it was graded, and is graded again.", folder)
                for made in [graded] if whole else changed:
                    rmtree(str(made)) if made.is_dir() else made.unlink(missing_ok=True)

    def has_changed(self, handed_in: Path, made: Path) -> bool:
        """Whether an autograded notebook is missing, or says that it was made from another."""
        if not made.is_file():
            return True
        return (before := graded_from(made)) is not None and before != self.fingerprint(handed_in)

    def fingerprint(self, handed_in: Path) -> str:
        """A name for a submitted notebook and the files that came with it."""
        return fingerprint(handed_in, self.files(handed_in.parent, self.ignored))

    def is_released(self, notebook: Path) -> bool:
        """Whether there is such a notebook in the release: nbgrader leaves out any other."""
        release = self.coursedir.format_path(
            self.coursedir.release_directory, ".", self.assignment)
        return Path(release, notebook.name).is_file()

    def newer(self, handed_in: str, graded: Path) -> bool:
        now, then = map(self.coursedir.get_existing_timestamp, (handed_in, str(graded)))
        return now is not None and then is not None and now > then

    @staticmethod
    def files(folder: Path, ignore: list[str]) -> dict[str, str]:
        """Files that a notebook may use, by their paths in the folder."""
        if not folder.is_dir():
            return {}
        found = {os.path.relpath(path, folder): path
                 for path in find_all_files(str(folder), [*ignore, "*.ipynb"])}
        return {name: path for name, path in found.items()
                if not any(part.startswith(".") for part in Path(name).parts)
                and os.path.isfile(path) and not os.path.islink(path)}
