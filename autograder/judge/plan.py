"""What the judge runs of a source notebook, and which names it takes from the student.

Pure: a notebook in, a plan out. Names are found as Python's own compiler finds them.
"""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from autograder import hidden

#: Names that a notebook's shell brings along.
OF_THE_SHELL = frozenset(["get_ipython", "display", "exit", "quit", "In", "Out", "_", "__", "___",
                          "__name__", "__file__", "__builtins__", "__doc__"])
BUILT_IN = frozenset(vars(builtins)) | OF_THE_SHELL
#: What IPython turns into Python, one after the other, reading the whole cell each time.
SHORTHAND = re.compile(r"^\s*[%!?,;/]|=\s*[%!]|\?\s*$")
MAX_SHORTHANDS = 30
#: Of a cell of the student's, and of all of them: they are read here, outside the sandbox.
MAX_CHARS, MAX_CHARS_IN_ALL = 50_000, 500_000
#: What comes of a text that is no Python, or of one that is made to trouble the parser.
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True)
class Names:
    """Names of a cell's top level.

    Args:
        bound: Those that it binds, but not by an import.
        imported: Those that it binds by an import.
        read: Those that it reads, in functions too.
        read_later: Those that its functions read, or bind, when they are called.
    """

    bound: frozenset[str] = frozenset()
    imported: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    read_later: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Cell:
    """A released code cell.

    Args:
        kind: ``test``, ``solution``, or ``other``.
        source: As it was released, hidden parts included.
        grade_id: Its name, if it has one.
        edited: What a student has made of one that was free to edit.
    """

    kind: str
    source: str
    grade_id: str = ""
    edited: str = ""


@dataclass(frozen=True)
class Step:
    """A cell for the judge to run.

    Args:
        source: Its text.
        grade_id: Of a test cell.
        names: The student's names that it, or a function of a cell before it, may read.
        free: Names that neither side is seen to define: a ``from … import *`` may have, or
            else the student.
    """

    source: str
    grade_id: str = ""
    names: frozenset[str] = frozenset()
    free: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Plan:
    """What the judge runs, in order.

    Args:
        steps: The cells.
        synced: Names that student functions read from the notebook.
        asked_for: What the assignment asks the student to define.
        constants: Texts in the solution that may be names of files.
        lends: Grade ids of tests that define what later cells use: the student's too.
        wants_texts: Whether a test looks at the text of what was handed in.
    """

    steps: tuple[Step, ...]
    synced: frozenset[str]
    asked_for: frozenset[str]
    constants: frozenset[str]
    lends: frozenset[str]
    wants_texts: bool

    def place(self, grade_id: str) -> int | None:
        """The number of a test's step."""
        return next((number for number, step in enumerate(self.steps)
                     if step.grade_id == grade_id), None)


def is_experiment(cell: NotebookNode) -> bool:
    """A released cell that the source marks as too long to run for grading.

    The tag is the release's: a student's cell has none that counts.
    """
    return "experiment" in cell.metadata.get("tags", [])


def is_test(cell: NotebookNode) -> bool:
    """A cell that carries points and is not the student's own."""
    role = cell.metadata.get("nbgrader", {})
    return bool(cell.cell_type == "code" and role.get("grade") and not role.get("solution"))


def names_of(source: str) -> Names:
    """The names of a cell; none if it is not Python."""
    if source.lstrip().startswith("%%"):
        source = source.lstrip().partition("\n")[2]  # the magic runs the rest, if it is Python
    try:
        code = TransformerManager().transform_cell(source)
        table = symtable.symtable(code, "cell", "exec")
    except UNREADABLE:
        return Names()
    top = table.get_symbols()
    later: set[str] = set()
    written: set[str] = set()
    waiting = list(table.get_children())
    while waiting:
        inner = waiting.pop()
        waiting += inner.get_children()
        for symbol in inner.get_symbols():
            if symbol.is_global():
                if symbol.is_referenced() or symbol.is_assigned():  # ``total += 1`` reads it, too
                    later.add(symbol.get_name())
                if symbol.is_assigned():
                    written.add(symbol.get_name())
    return Names(
        bound=frozenset(each.get_name() for each in top
                        if each.is_assigned() and not each.is_imported()) | written,
        imported=frozenset(each.get_name() for each in top if each.is_imported()),
        read=frozenset(each.get_name() for each in top if each.is_referenced()) | later,
        read_later=frozenset(later))


def tree_of(source: str) -> ast.Module:
    """A cell's syntax tree; empty if it is not Python."""
    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except UNREADABLE:
        return ast.Module([], [])


def within_bounds(text: str) -> str:
    """A cell of the student's; empty if reading it could take long."""
    if len(text) > MAX_CHARS:
        return ""
    shorthands = sum(bool(SHORTHAND.search(line)) for line in text.splitlines())
    return text if shorthands <= MAX_SHORTHANDS else ""


def file_names(source: str) -> frozenset[str]:
    """Constants of a cell that may be names of files."""
    return frozenset(node.value for node in ast.walk(tree_of(source))
                     if isinstance(node, ast.Constant) and isinstance(node.value, str)
                     and len(node.value) < 100 and "." in node.value and "\n" not in node.value)


def imports_of(source: str) -> str:
    """The import statements at the top level of a cell, as they stand."""
    return "\n".join(ast.unparse(each) for each in tree_of(source).body
                     if isinstance(each, (ast.Import, ast.ImportFrom)))


def material_of(notebook: NotebookNode) -> tuple[Cell, ...]:
    """What counts of a rebuilt notebook for the plan, experiments left out.

    Args:
        notebook: From `rebuild.rebuild`; or a source notebook, for its own solution.
    """
    cells = []
    for cell in notebook.cells:
        role, state = cell.metadata.get("nbgrader", {}), cell.metadata.get("autograder")
        if cell.cell_type != "code" or is_experiment(cell) or state == "added":
            continue
        kind = "solution" if role.get("solution") else "test" if is_test(cell) else "other"
        text, edited = cell.source, ""
        if state == "changed":
            text, edited = cell.metadata["autograder_released"], cell.source
        cells.append(Cell(kind, text, role.get("grade_id", ""), edited))
    return tuple(cells)


def plan_of(cells: Sequence[Cell], solutions: dict[str, str]) -> Plan:
    """The plan for a notebook.

    Args:
        cells: From `material_of`.
        solutions: For the grade ids of solution cells what the source has there.
    """
    texts = [solutions.get(cell.grade_id, "") for cell in cells if cell.kind == "solution"]
    solved = [names_of(text) for text in texts]
    own: list[tuple[Step, Names]] = []
    theirs = frozenset().union(*(each.bound for each in solved))
    added: frozenset[str] = frozenset()
    for cell in cells:
        text = cell.source
        if cell.kind == "solution":
            text = imports_of(solutions.get(cell.grade_id, ""))
        elif cell.edited:
            theirs |= assigned_in(cell.source)
            added |= assigned_in(within_bounds(cell.edited))
        if text:
            own.append((Step(text, cell.grade_id if cell.kind == "test" else ""), names_of(text)))
    ours = BUILT_IN.union(*(names.bound | names.imported for _, names in own))
    theirs |= added - ours  # a cell that is free to edit must not replace what tests use
    known = ours | theirs
    free = frozenset().union(*(names.read for step, names in own if step.grade_id)) - known
    steps: list[Step] = []
    read: frozenset[str] = frozenset()
    for step, names in needed(own, theirs | free):
        read |= names.read
        steps.append(replace(step, names=theirs & read, free=free & read))
    later = frozenset().union(*(each.read_later for each in solved))
    imported = frozenset().union(*(names.imported for _, names in own))
    replaced = frozenset().union(*(names.bound for _, names in own))  # ``input``, say
    return Plan(
        tuple(steps), later - imported - (BUILT_IN - replaced),
        frozenset().union(*(each.bound for each in solved)),
        frozenset().union(*map(file_names, texts)), lending(cells, solutions),
        any("getsource" in step.source for step in steps))


def defined_in(source: str) -> frozenset[str]:
    """Functions, those written as lambdas included, and classes of a cell."""
    body = tree_of(source).body
    return frozenset(node.name for node in body if isinstance(
        node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))) | frozenset(
        target.id for node in body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda)
        for target in node.targets if isinstance(target, ast.Name))


def assigned_in(source: str) -> frozenset[str]:
    """Names of a cell that stand for values: no functions, classes or modules."""
    return names_of(source).bound - defined_in(source)


def lending(cells: Sequence[Cell], solutions: dict[str, str]) -> frozenset[str]:
    """Grade ids of tests whose visible part defines names that later cells get from it alone."""
    lends, read, bound = set(), set(), set()
    texts = {id(cell): solutions.get(cell.grade_id, "") if cell.kind == "solution" else
             hidden.split(cell.source)[0] for cell in cells}
    for cell in cells:
        if cell.kind != "test":
            names = names_of(texts[id(cell)])
            bound |= names.bound | names.imported
    for cell in reversed(cells):
        names = names_of(texts[id(cell)])
        if cell.kind != "test":
            read |= names.read
        elif (names.bound | names.imported) & (read - bound):
            lends.add(cell.grade_id)
    return frozenset(lends)


def texts_of(cells: Iterable[str]) -> dict[str, str]:
    """The text of each function and class that cells define, by name; the last one counts."""
    texts, room = {}, MAX_CHARS_IN_ALL
    for source in map(within_bounds, cells):
        room -= len(source)
        for node in tree_of(source).body if room >= 0 else ():
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                texts[node.name] = (ast.get_source_segment(source, node) or "") + "\n"
    return texts


def needed(cells: list[tuple[Step, Names]], theirs: frozenset[str]) -> list[tuple[Step, Names]]:
    """The cells without those that only use the student's work for showing it.

    In the student's process they have run already.
    """
    touched = set(theirs)
    uses: list[bool] = []
    for step, names in cells:
        uses.append(bool(names.read & touched) and not step.grade_id)
        if uses[-1]:
            touched |= names.bound
    kept: list[tuple[Step, Names]] = []
    wanted: set[str] = set()
    for (step, names), uses_theirs in reversed(list(zip(cells, uses, strict=True))):
        if not uses_theirs or names.bound & wanted:
            kept.insert(0, (step, names))
            wanted |= names.read
    return kept
