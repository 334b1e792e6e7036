"""Text that a student has written in Markdown, made fit for a reader's browser."""

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
#: Where a link or a picture may come from: elsewhere in the web, beside the page, or itself.
ADDRESS = re.compile(r"(?:https?:|mailto:|data:image/(?:png|jpeg);base64,|[^:]*$|[^:]*[/?#])",
                     re.IGNORECASE)
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
    """Collects what a page links to and shows."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("href", "src")]


class Texts:
    """The texts of one notebook, which have to share what time there is for them."""

    def __init__(self) -> None:
        self.room = MAX_CHARS_IN_ALL

    def showable(self, text: str, attached: dict[str, dict[str, str]]) -> str:
        """A text that can be shown, as far as there is room for it: see `showable`."""
        most = min(MAX_CHARS, self.room)
        self.room = max(self.room - len(WRITTEN_PICTURE.sub("", text)), 0)
        return showable(text, attached, most)


def showable(text: str, attached: dict[str, dict[str, str]], most: int = MAX_CHARS) -> str:
    """A text that can be shown as Markdown, and runs nothing in a reader's browser.

    For one picture that is not there nbconvert refuses the whole notebook, so that there
    is no feedback and formgrader cannot open it. A text that it refuses, or with a link to a
    script, is shown as it was typed, as a block of code.

    Args:
        text: In Markdown.
        attached: The cell's pictures.
        most: Characters that are shown, beside its pictures.
    """
    text = without_tags(text)
    if len(WRITTEN_PICTURE.sub("", text)) > most:
        text = text[:most] + CUT.format(len(text))
    links = Links()
    try:
        links.feed(MarkdownWithMath(renderer=IPythonRenderer(
            escape=False, attachments=attached)).render(text))
    except Exception:
        links.found.append("refused:")
    # browsers pass over blanks and control characters in an address
    if all(ADDRESS.match(re.sub(r"[\x00-\x20]", "", address)) for address in links.found):
        return text
    return "\n".join(f"    {line}" for line in text.split("\n"))
