"""``python -m autograder``: what an instructor does beside nbgrader's own commands."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def release(arguments: argparse.Namespace) -> int:
    from autograder.build import build

    build(arguments.assignment, only=arguments.only)
    return 0


def autograde(arguments: argparse.Namespace) -> int:
    from autograder.running import configuration
    from autograder.running.autograde import Grade

    configuration.read(Path.cwd())  # nbgrader would go on without one that it cannot read
    Grade.launch_instance(arguments.options)
    return 0


def demo(arguments: argparse.Namespace) -> int:
    from autograder.demo import run_demo

    run_demo(arguments.folder)
    return 0


def report(arguments: argparse.Namespace) -> int:
    from autograder.report import make_report

    print(make_report(Path.cwd(), arguments.assignment, arguments.to))
    return 0


def check(arguments: argparse.Namespace) -> int:
    from autograder.check import check_assignment

    return check_assignment(Path.cwd(), arguments.assignment)


def validate(arguments: argparse.Namespace) -> int:
    from autograder.validation import validate_notebooks

    return validate_notebooks(arguments.notebooks)


def data(arguments: argparse.Namespace) -> int:
    from autograder.build_data import main

    main()
    return 0


def parser() -> argparse.ArgumentParser:
    main = argparse.ArgumentParser(
        prog="python -m autograder",
        description="What an instructor does beside nbgrader's own commands, which are: "
        "nbgrader generate_assignment, autograde, generate_feedback, export, formgrader.")
    commands = main.add_subparsers(required=True, metavar="COMMAND")

    def command(function, text: str, **options):
        added = commands.add_parser(function.__name__, help=text, description=text, **options)
        added.set_defaults(run=function)
        return added

    add = command(release, "Rebuild release/ and solutions/ from source/.")
    add.add_argument("assignment", nargs="?", default="backprop",
                     help="folder in source/ (default: %(default)s)")
    add.add_argument("--only", default="*", metavar="NOTEBOOK",
                     help="one notebook, such as 2_computation_graphs (default: all)")
    command(autograde, "nbgrader autograde, with short names for this grader's options: "
            "--engine dask --scheduler ADDRESS, --workers NUMBER, --allow-unprotected.",
            add_help=False)
    add = command(demo, "Release the assignment, grade a sample class through nbgrader, write "
                  "feedback and a report, print the marks.")
    add.add_argument("--folder", type=Path, default=Path("build/demo"),
                     help="where to do it; emptied first (default: %(default)s)")
    add = command(report, "Print the marks of a graded class by question, and write a page with "
                  "the mistakes that were recognised. Run it in the course's folder.")
    add.add_argument("assignment", nargs="?",
                     help="the assignment (not needed where the gradebook has only one)")
    add.add_argument("--to", type=Path, default=Path("report.html"),
                     help="the page to write (default: %(default)s)")
    add = command(check, "Grade an assignment's own solution, and what is handed out, as if they "
                  "had been handed in. Run it in the course's folder; the exit status is 1 if the "
                  "solution loses points, or a test must be left to a person.")
    add.add_argument("assignment", help="folder in the course's source/")
    add = command(validate, "Run nbgrader's validation; unlike `nbgrader validate`, the exit "
                  "status is 1 if a notebook fails.")
    add.add_argument("notebooks", nargs="+", type=Path, help="notebook files")
    command(data, "Write course_utils/data anew from scikit-learn's copies.")
    return main


def main() -> int:
    commands = parser()
    arguments, arguments.options = commands.parse_known_args()
    if arguments.options and arguments.run is not autograde:  # which are nbgrader's to read
        commands.error(f"unrecognized arguments: {' '.join(arguments.options)}")
    # Each error that a user can mend ends in one sentence.
    from autograder.build import BuildError
    from autograder.running.preflight import CannotStartError

    try:
        status = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except (BuildError, CannotStartError) as error:
        print(f"autograder: {error}", file=sys.stderr)
    except BrokenPipeError:  # who reads, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"autograder: {error.strerror}{where}: choose another folder or change its "
              "permissions.", file=sys.stderr)
    except KeyboardInterrupt:
        print("autograder: stopped. What was graded so far is recorded.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
