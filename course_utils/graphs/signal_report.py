"""What is told about the bars of a graph: a picture and sentences.

A visible check stops at a wrong signal, and only there, with

    if found.ok is False:
        found.draw()
        raise CheckFailed(*found.sentences)
"""

from __future__ import annotations

from dataclasses import dataclass

from course_utils.graphs.drawing import show_nodes
from course_utils.graphs.nodes import GraphNode
from course_utils.graphs.picture import RIGHT_SIGN, UNCLEAR_SIGN, WRONG_SIGN, Marks


@dataclass(frozen=True)
class SignalReport:
    """What came of the bars of a graph; true in an ``if`` only where all are right.

    Args:
        ok: True if all bars are right, False if one is wrong, None if some cannot be judged.
        name: The variable whose bar is the first wrong one, None if there is none.
        right: Variables whose bars were found right before it, in backward order.
        unclear: Variables whose bars could not be judged.
        sentences: All of it in words.
        title: Of the figure.
        nodes: The graph with the bars, for the figure; empty if it cannot be drawn.
    """

    ok: bool | None
    name: str | None
    right: tuple[str, ...]
    unclear: tuple[str, ...]
    sentences: tuple[str, ...]
    title: str = ""
    nodes: tuple[GraphNode, ...] = ()

    def __bool__(self) -> bool:
        return self.ok is True

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    def draw(self) -> None:
        """Shows the graph, with ✓ at bars that are right, and the first wrong one marked."""
        if not self.nodes:
            return
        signs = dict.fromkeys(self.right, RIGHT_SIGN) | dict.fromkeys(self.unclear, UNCLEAR_SIGN)
        signs |= {self.name: WRONG_SIGN} if self.name else {}
        try:
            show_nodes(self.nodes, self.title, Marks(self.name, signs))
        except ValueError as problem:
            print(f"No figure: {problem}")

    def show(self) -> None:
        """Shows the graph, and says in words what is wrong."""
        self.draw()
        print(self)
