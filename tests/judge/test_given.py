"""A test's own objects in the student's hands: nothing that decides a mark can be had of them."""

from __future__ import annotations

import types
from unittest import mock

import pytest

from autograder.judge import given
from tests.judge.notebooks import cell, grade

TEST = """
class Secret:
    answer = 42
class Client:
    def __init__(self):
        self.urls = []
        self.level = 1
    def get(self, url):
        self.urls.append(url)
        return len(self.urls)
    def passed(self):
        return self.urls == ["a", "b"]
def numbers():
    expected = 42
    yield 1
    yield expected
client = Client()
work(client, numbers())
assert client.passed()
assert client.level == 2
"""
RIGHT = """
def work(client, numbers):
    for url in "ab":
        client.get(url)
    client.level = 2
"""


def result_of(body: str, folder):
    code = "def work(client, numbers):\n" + "\n".join(f"    {line}" for line in body.split("\n"))
    source = [cell(RIGHT, "work"), cell(TEST, "test", 2)]
    return grade(folder, source, {"work": code})


@pytest.mark.parametrize("body", [
    "client.get('a'); client.get('b'); client.level += 1",
    "ask = client.get\nlist(map(ask, 'ab'))\nsetattr(client, 'level', 2)",
    "for url in ('a', 'b'):\n    assert hasattr(client, 'get') and not hasattr(client, 'put')\n"
    "    client.get(url)\nclient.level = 2\nassert next(numbers) == 1"])
def test_an_object_of_the_tests_is_used_as_in_a_plain_kernel(body, tmp_path):
    result = result_of(body, tmp_path)
    assert (result.marks["test"].points, result.reviews) == (2, {})


@pytest.mark.parametrize("body", [
    "client.level = 2",
    "client.urls = ['a', 'b']",
    "client.level = type('Agrees', (), {'__eq__': lambda *_: True})()\nclient.get('a')\n"
    "client.get('b')",
    "client.urls = type('Agrees', (), {'__eq__': lambda *_: True})()\nclient.level = 2"])
def test_what_is_not_done_is_not_paid(body, tmp_path):
    assert result_of(body, tmp_path).marks["test"].points == 0


@pytest.mark.parametrize("body", [
    "client.passed = lambda: True\nclient.level = 2",
    "client.passed = client.get\nclient.level = 2",
    "client.urls.append('a')\nclient.urls.append('b')\nclient.level = 2",
    "client.level = numbers.gi_frame.f_globals['Secret'].answer",
    "import copy\ncopy.deepcopy(client)", "vars(client)['urls'] = ['a', 'b']"])
def test_what_cannot_be_done_from_there_is_left_to_a_person(body, tmp_path):
    result = result_of(body, tmp_path)
    assert result.marks == {} and "object of the test's" in result.reviews["test"]


@pytest.mark.parametrize("body", [
    "client.get.__func__", "client.__class__.get.__globals__",
    "client.__init__.__globals__", "type(numbers).gi_frame.__get__(numbers)"])
def test_no_way_leads_to_the_tests_names(body, tmp_path):
    result = result_of(body, tmp_path)
    assert result.marks["test"].points == 0
    assert "Your code raised" in " ".join(result.marks["test"].parts[0].reasons)


class RefusedError(Exception):
    pass


def refuse(sentence: str):
    raise RefusedError(sentence)


def numbers():
    yield 1


class Plain:
    value = 1

    def method(self):
        return 2


Plain.__module__ = "__main__"


@pytest.mark.parametrize(("target", "operation", "arguments"), [
    (Plain(), "getattr", ("__class__",)), (Plain(), "getattr", ("__dict__",)),
    (Plain(), "getattr", (1,)), (Plain(), "getattr", ()), (Plain(), "__init__", ()),
    (Plain(), "__getattribute__", ("__class__",)), (Plain(), "setattr", ("method", 3)),
    (Plain(), "setattr", ("value", print)), (Plain(), "setattr", ("__class__", 1)),
    (Plain(), "delattr", ("value",)), (Plain().method, "getattr", ("__func__",)),
    (print, "getattr", ("__self__",)), (Plain, "getattr", ("method",)),
    (types, "getattr", ("FunctionType",)), (numbers(), "getattr", ("gi_frame",)),
    (numbers(), "setattr", ("gi_frame", 1)), (mock.Mock(), "getattr", ("configure_mock",)),
    (mock.Mock(), "getattr", ("side_effect",)), (mock.Mock(), "getattr", ("_mock_parent",)),
    (mock.Mock(), "setattr", ("called", 1)), (mock.Mock(), "setattr", ("_mock_called", 1)),
    (mock.Mock(), "setattr", ("assert_called_with", print)),
    (mock.MagicMock(), "getattr", ("reset_mock",))])
def test_whatever_else_is_asked_is_refused(target, operation, arguments):
    with pytest.raises(RefusedError):
        given.perform(target, operation, arguments, {}, refuse)


def test_what_may_be_asked_is_answered():
    target = Plain()
    given.perform(target, "setattr", ("value", 5), {}, refuse)
    assert target.value == given.perform(target, "getattr", ("value",), {}, refuse) == 5
    assert given.perform(target.method, "call", (), {}, refuse) == 2
    assert given.perform(numbers(), "__next__", (), {}, refuse) == 1
