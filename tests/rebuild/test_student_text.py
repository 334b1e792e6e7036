"""What students paste and type into text cells: shown to a reader, and nothing breaks by it."""

import base64
import copy
import json
import re

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert import HTMLExporter

from autograder.build import ROOT
from autograder.rebuild import read_submission, rebuild
from autograder.student_text import (
    CODE_CUT,
    MAX_CHARS,
    MAX_CODE,
    MAX_CODE_IN_ALL,
    Texts,
    pictures,
    showable,
)

RELEASE = nbformat.read(ROOT / "release/backprop/1_chain_rule.ipynb", as_version=4)
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n and more").decode()
JPEG = base64.b64encode(b"\xff\xd8\xff and more").decode()
SVG = base64.b64encode(b"<svg onload='alert(1)'/>").decode()


def page_of(text, attachments=None):
    """The page with a written answer; it is only that answer and a cell of the student's own."""
    notebook = copy.deepcopy(RELEASE)
    (answer,) = [cell for cell in notebook.cells
                 if cell.metadata.get("nbgrader", {}).get("grade_id") == "v_curve"]
    own = nbformat.v4.new_markdown_cell(text, id="own")
    answer.source = text
    for cell in (answer, own):
        cell.attachments = attachments or {}
    notebook.cells.insert(1, own)
    made = rebuild(RELEASE, {}, read_submission(json.dumps(notebook).encode()))
    nbformat.validate(made)
    shown = [cell for cell in made.cells if cell.metadata.get("autograder") == "added"
             or cell.metadata.get("nbgrader", {}).get("grade_id") == "v_curve"]
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=shown))
    return page


@pytest.mark.parametrize(("kind", "content"), [("image/png", PNG), ("image/jpeg", JPEG)])
def test_a_pasted_picture_is_shown(kind, content):
    page = page_of("See ![image.png](attachment:image.png)", {"image.png": {kind: content}})
    assert page.count(f"data:{kind};base64,{content}") == 2


@pytest.mark.parametrize("attachments", [
    {}, None, {"a.png": {}}, {"a.png": {"image/svg+xml": SVG}}, {"a.png": {"image/png": SVG}},
    {"a.png": {"image/png": '"><script>alert(1)</script>'}}, {"a.png": {"text/html": PNG}}])
@pytest.mark.parametrize("text", [
    "![x](attachment:a.png)", "![x](&#97;ttachment:a.png)", "![x][a]\n\n[a]: attachment:a.png"])
def test_a_picture_that_is_none_costs_the_reader_nothing(text, attachments):
    page = page_of(text, attachments)
    assert "a.png" in page
    assert SVG not in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("text", [
    "[x](javascript:alert(1))", "[x](JAVASCRIPT:alert(1))", "[x](java&Tab;script:alert(1))",
    "[x][l]\n\n[l]: javascript:alert(1)", "<javascript:alert(1)>", "![x](javascript:alert(1))",
    "[x](&#106;avascript:alert(1))", "[x](vbscript:a)", "[x](data:text/html;base64,PHg+)",
    "$\\href{javascript:alert(1)}{x}$", "$$\\let\\a\\href \\a{javascript:alert(1)}{x}$$"])
def test_no_link_runs_a_script(text):
    page = page_of(text)
    assert not re.search(r"(href|src)=[\"']?\s*(j|vb|data:text|&#)", page, re.IGNORECASE)
    assert "\\href" not in page


@pytest.mark.parametrize("address", [
    "evil.html", "a/evil.svg", "/files/data.csv", "//example.org/data.csv", "evil.html?a.csv",
    "evil", "&#101;vil.html", "x%2Fevil.xhtml", "evil.html#a.csv"])
def test_no_link_leads_to_a_page_beside_the_notebook(address):
    """formgrader would serve it, and it would do what its reader may do."""
    assert "href=" not in re.sub("<head>.*</head>|class=.anchor-link. href=", "", page_of(
        f"See [this]({address})\n\nand [that][l]\n\n[l]: {address}"), flags=re.DOTALL)


@pytest.mark.parametrize("text", [
    "```ipython3\n x\n" + " \n" * 15_000 + "x\n```", "- > ~~~ python\n  > a" + " \n" * 15_000,
    "1. ```mermaid\n   graph LR; A-->B; click A href \"javascript:alert(1)\"\n   ```",
    "* a\n\n  ```perl\n  " + "<<" * 15_000])
def test_no_block_of_code_is_coloured(text):
    """Some code takes minutes to colour, and diagrams are drawn by a script."""
    page = page_of(text)
    assert 'class="highlight"' not in page and 'class="mermaid"' not in page


@pytest.mark.parametrize("text", ["x" + " \n" * 100_000 + "y", "." * 10**6, "match" + " " * 10**6])
def test_code_is_shown_in_a_time_that_does_not_grow_with_it(text):
    texts = Texts()
    shown = [texts.code(text) for _ in range(20)]
    assert sum(map(len, shown)) < MAX_CODE_IN_ALL + 20 * len(CODE_CUT)
    assert max(map(len, shown)) < MAX_CODE + len(CODE_CUT) + 10
    assert not re.search(r"\s{501}", shown[0])


@pytest.mark.parametrize("link", ["[x](www.example.org)", "![x](attachment:none.png)"])
def test_the_text_around_a_link_that_is_not_shown_is_shown_as_ever(link):
    plain = link.replace("](", "] (")
    assert showable(f"**So** {link}: $a^2$", {}) == f"**So** {plain}: $a^2$"


def test_a_gap_in_a_text_is_cut_too():
    assert len(showable("a" + " " * 40_000 + "b", {})) < 600


def test_code_of_a_usual_length_is_shown_as_it_is():
    text = "def f(x):\n    return x\n\n\n" * 100
    assert Texts().code(text) == text


@pytest.mark.parametrize("text", [
    "[x](https://example.org/a?b=c:d)", "[x](#here)", "[x](data.csv)", "[x](a/b-1.PNG)",
    "1:2 and `a:b`", "![x](https://example.org/x.png)", f"![x](data:image/png;base64,{PNG})",
    "$\\frac{a}{b} \\hrefs$", "| a | b |\n|---|---|\n| 1 | 2 |"])
def test_ordinary_text_is_shown_as_it_is(text):
    assert showable(text, {}) == text


def test_a_text_without_an_end_is_cut_but_not_for_its_pictures():
    assert len(showable("x" * 10 * MAX_CHARS, {})) < MAX_CHARS + 100
    long = f"![x](data:image/png;base64,{PNG * MAX_CHARS})"
    assert showable(long, {}) == long


def test_all_texts_of_a_notebook_together_are_cut_too():
    texts = Texts()
    shown = [texts.showable("x " * 20_000, {}) for _ in range(4)]
    assert [len(text) // 10_000 for text in shown] == [4, 4, 2, 0]
    assert all("is cut off here" in text for text in shown[2:])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([PNG, SVG]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["image/png", "image/jpeg", "a.png", "\ud800", "\0"]), inner, max_size=3))


@given(json_values)
def test_attachments_of_any_kind_become_pictures_or_nothing(value):
    for forms in pictures(value).values():
        assert set(forms.values()) == {PNG}
    json.dumps(pictures(value), ensure_ascii=False).encode()
