"""What a student has written, text and code, made fit for a page and a reader's browser."""

from __future__ import annotations

import base64
import binascii
import re
from html.parser import HTMLParser
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

#: Where an HTML parser would see a tag, a comment or the like.
TAG = re.compile("<(?=[A-Za-z/!?])")
#: What makes a link of a formula.
LINK_IN_FORMULA = re.compile(r"\\(?=href\b)")
#: What opens a block of code with its language: colouring some code takes for ever.
FENCE = re.compile(r"^([ \t>*+.)\d-]*(?:`{3,}|~{3,}))[^`\n]+$", re.MULTILINE)
#: Where a picture may come from: elsewhere in the web, beside the page, or itself.
ADDRESS = re.compile(r"(?:https?:|data:image/(?:png|jpeg);base64,|[^:]*$|[^:]*[/?#])",
                     re.IGNORECASE)
#: Where a link may lead: elsewhere in the web, to a place on the page, to data beside it. A
#: page beside it would run with its reader's rights: formgrader serves what is handed in.
ELSEWHERE = re.compile(r"(?:https?://|mailto:|#|(?!/)[\w. /%-]*"
                       r"\.(?:csv|txt|py|ipynb|json|png|jpe?g|npy|npz|pdf)$)", re.IGNORECASE)
#: Kinds of pictures that may be pasted into a text, and how their files begin.
PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
MAX_PICTURES = 50
#: Pictures as some editors write them into the text itself.
WRITTEN_PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=]+")
#: What a text may have beside its pictures: turning some texts into HTML takes a time that
#: grows with the square of their length.
MAX_CHARS = 50_000
#: The same for all texts of a notebook.
MAX_CHARS_IN_ALL = 100_000
CUT = "\n\n[The text is cut off here: it has {:,} characters.]"
#: The same for code, which is coloured: of a cell and of all cells. All of it is run, whatever
#: of it is shown.
MAX_CODE, MAX_CODE_IN_ALL = 50_000, 300_000
#: In text and code alike, the end of a longer gap is searched for again and again.
GAP = re.compile(r"(\s{500})\s+")
CODE_CUT = "\n# [The code is cut off here: it has {:,} characters, all of which were run.]"


def without_tags(text: str) -> str:
    """A student's Markdown, in which no HTML tag begins, and no formula is a link.

    A space behind the bracket leaves mathematics and comparisons as they are.
    """
    return LINK_IN_FORMULA.sub(r"\\ ", TAG.sub("< ", text))


def pictures(attachments: Any) -> dict[str, dict[str, str]]:
    """What of a cell's attachments is a picture.

    Args:
        attachments: From a submitted notebook, so it may be anything.

    Returns:
        For each name its kind and the file in base 64, as notebooks have it.
    """
    found: dict[str, dict[str, str]] = {}
    for name, forms in attachments.items() if isinstance(attachments, dict) else ():
        kept = {kind: content for kind, begins in PICTURES.items() if isinstance(forms, dict)
                and (content := file_of_kind(forms.get(kind), begins))}
        if kept and len(found) < MAX_PICTURES and name.isprintable():
            found[name] = kept
    return found


def file_of_kind(content: Any, begins: bytes) -> str:
    """A file in base 64 without blanks; nothing if it is not one that begins so."""
    try:
        data = base64.b64decode("".join(content.split()), validate=True)
    except (AttributeError, ValueError, binascii.Error):
        return ""
    return base64.b64encode(data).decode() if data.startswith(begins) else ""


class Links(HTMLParser):
    """Looks at what a page links to and shows: ``fine`` tells whether all of it may be."""

    def __init__(self) -> None:
        super().__init__()
        self.fine = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if rule := {"href": ELSEWHERE, "src": ADDRESS}.get(name):
                # browsers pass over blanks and control characters in an address
                self.fine &= bool(rule.match(re.sub(r"[\x00-\x20]", "", value or "")))


class Renderer(IPythonRenderer):
    """nbconvert's, without what colours code or draws diagrams of it."""

    def block_code(self, code: str, info: str | None = None) -> str:
        if info:
            raise ValueError("a block of code in some language")
        return super().block_code(code)


class Texts:
    """The texts of one notebook, which have to share what time there is for them."""

    def __init__(self) -> None:
        self.room, self.code_room = MAX_CHARS_IN_ALL, MAX_CODE_IN_ALL

    def code(self, text: str) -> str:
        """Code as it can be shown, as far as there is room for it."""
        shown = GAP.sub(r"\1", text)
        most = min(MAX_CODE, self.code_room)
        self.code_room = max(self.code_room - len(shown), 0)
        return shown if len(shown) <= most else shown[:most] + CODE_CUT.format(len(text))

    def showable(self, text: str, attached: dict[str, dict[str, str]]) -> str:
        """A text that can be shown, as far as there is room for it: see `showable`."""
        most = min(MAX_CHARS, self.room)
        self.room = max(self.room - len(WRITTEN_PICTURE.sub("", text)), 0)
        return showable(text, attached, most)


def showable(text: str, attached: dict[str, dict[str, str]], most: int = MAX_CHARS) -> str:
    """A text that can be shown as Markdown, and runs nothing in a reader's browser.

    For one picture that is not there nbconvert refuses the whole notebook, so that there
    is no feedback and formgrader cannot open it. A text that it refuses, or with a link to
    what may be a script, is shown without its links and pictures: they stand there as typed.
    Where that does not help, all of it does, as a block of code.

    Args:
        text: In Markdown.
        attached: The cell's pictures.
        most: Characters that are shown, beside its pictures.
    """
    text = FENCE.sub(r"\1", without_tags(GAP.sub(r"\1", text)))
    if len(WRITTEN_PICTURE.sub("", text)) > most:
        text = text[:most] + CUT.format(len(text))
    for form in (text, text.replace("](", "] (")):
        if is_harmless(form, attached):
            return form
    return "\n".join(f"    {line}" for line in text.split("\n"))


def is_harmless(text: str, attached: dict[str, dict[str, str]]) -> bool:
    """Whether nbconvert makes a page of a text, with nothing that it should not have."""
    links = Links()
    try:
        links.feed(MarkdownWithMath(renderer=Renderer(
            escape=False, attachments=attached)).render(text))
    except Exception:
        return False
    return links.fine
