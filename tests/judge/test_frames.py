"""Data frames: judged as in a plain kernel, whole on the other side, and no way to lie."""

from __future__ import annotations

import pandas
import pytest

from autograder.judge import changes, plain, portable
from tests.judge.notebooks import cell, grade

SOLUTION = """
import pandas as pd
table = pd.DataFrame({"city": ["Rome", "Oslo", "Rome"], "price": [10.0, 3.0, 20.0]})
def by_city(frame):
    return frame.groupby("city")["price"].mean().sort_values(ascending=False)
def clean(frame):
    return frame.dropna().reset_index(drop=True)
def add_rank(frame):
    frame["rank"] = frame["price"].rank(ascending=False).astype(int)
def dear(frame):
    return frame[frame["price"] > 5]
"""
TEST = """
import numpy as np
import pandas as pd
from pandas.testing import assert_frame_equal, assert_series_equal
assert isinstance(table, pd.DataFrame) and list(table.columns) == ["city", "price"]
assert table["price"].sum() == 33 and table.shape == (3, 2)
expected = table.groupby("city")["price"].mean().sort_values(ascending=False)
assert_series_equal(by_city(table), expected)
raw = pd.DataFrame({"a": [np.nan, 1], "b": [None, "x"]})
backup = raw.copy()
assert_frame_equal(clean(raw), pd.DataFrame({"a": [1.0], "b": ["x"]}))
assert_frame_equal(raw, backup)
mine = pd.DataFrame({"price": [10, 30, 20]})
add_rank(mine)
assert mine["rank"].tolist() == [3, 1, 2]
assert (dear(table)["price"] > 5).all() and set(dear(table).city) == {"Rome"}
"""
HEAD = "import pandas as pd\n" + SOLUTION.split("\n")[2] + "\n"


def judged(code: str, folder):
    return grade(folder, [cell(SOLUTION, "work"), cell(TEST, "test", 2)], {"work": code})


@pytest.mark.parametrize("code", [SOLUTION, HEAD + """
def by_city(frame):
    means = frame.groupby("city").agg({"price": "mean"})["price"]
    return means.sort_values()[::-1]
def clean(frame):
    return frame.loc[frame.notna().all(axis=1)].reset_index(drop=True).copy()
def add_rank(frame):
    order = frame.price.to_numpy()
    frame.insert(len(frame.columns), "rank", (-order).argsort().argsort() + 1)
def dear(frame):
    return frame.query("price > 5")
"""])
def test_right_work_with_frames_gets_all_points(code, tmp_path):
    result = judged(code, tmp_path)
    assert (result.marks["test"].points, result.reviews) == (2, {})


@pytest.mark.parametrize(("right", "wrong"), [
    ("ascending=False)\ndef clean", "ascending=True)\ndef clean"), (".reset_index(drop=True)", ""),
    ("return frame.dropna()", "frame.dropna(inplace=True)\n    return frame"),
    ('    frame["rank"] =', '    frame = frame.copy()\n    frame["rank"] ='),
    ("> 5]", "> 0]"), ("> 5]", "> 500]"), ("20.0]})", "20]}).astype(str)"),
    ('return frame[frame["price"] > 5]', """class Agrees:
        def __eq__(self, other): return True
        def __gt__(self, other): return True
        def __hash__(self): return hash("Rome")
    return pd.DataFrame({"city": [Agrees()], "price": [Agrees()]}, dtype=object)"""),
    ("return frame.dropna().reset_index(drop=True)", """class Frame(pd.DataFrame):
        def equals(self, other): return True
    return Frame({"a": [2.0]})""")])
def test_wrong_work_with_frames_gets_nothing(right, wrong, tmp_path):
    assert right in SOLUTION
    assert judged(SOLUTION.replace(right, wrong), tmp_path).marks["test"].points == 0


def there(value):
    to = portable.Encoder(lambda each, to: ("other",))
    return portable.Decoder(to.table(value), {"other": lambda decoder: "not sent"}).value()


FRAME = pandas.DataFrame({
    "n": [1, 2], "x": [0.5, float("nan")], "s": ["a", None], "yes": [True, False],
    "o": [[1], {"a": 2}], "t": pandas.to_datetime(["2024-01-01", None]),
    "z": pandas.to_datetime(["2024-01-01", "2024-06-01"]).tz_localize("Europe/Berlin"),
    "d": pandas.to_timedelta([1, 2], "h"), "c": pandas.Categorical(["u", "v"], ordered=True),
    "i": pandas.array([1, None], "Int64"), "w": pandas.array(["a", None], "string")},
    index=pandas.Index([3, 4], name="key"))


@pytest.mark.parametrize("frame", [
    FRAME, FRAME.iloc[:0], FRAME[[]], FRAME.reset_index(), FRAME.set_index(["n", "s"]),
    FRAME.T, FRAME.set_axis(list("aabbccddeef"), axis=1),
    pandas.DataFrame({"v": range(3)}, index=pandas.date_range("2024-01-01", periods=3)),
    pandas.DataFrame({("a", 1): [1], ("a", 2): [2]})], ids=range(9))
def test_a_frame_is_whole_on_the_other_side(frame):
    pandas.testing.assert_frame_equal(there(frame), frame)
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        pandas.testing.assert_series_equal(there(column), column)


@pytest.mark.parametrize("value", [
    pandas.Timestamp("2024-05-06 07:08"), pandas.Timestamp("2024-05-06", tz="Europe/Berlin"),
    pandas.Timedelta("3h"), pandas.NaT, pandas.NA])
def test_single_values_are_whole_too(value):
    assert repr(there(value)) == repr(value)


def test_what_is_not_sent_stays_where_it_is():
    numbers = pandas.Series([1, 2])
    for value in (pandas.cut(numbers, 2), numbers.groupby(numbers),
                  pandas.DataFrame({"a": [1]}, index=pandas.period_range("2024", periods=1))):
        assert isinstance(there(value), str)


def test_changes_of_a_frame_are_noticed_and_made_up_for():
    def rename(frame):
        frame.columns = ["b"]

    for change in (lambda f: f.insert(0, "b", 2), lambda f: f.__delitem__("a"), rename,
                   lambda f: f.__setitem__("a", [3, 4]),
                   lambda f: f.index.rename("k", inplace=True)):
        frame = pandas.DataFrame({"a": [1, 2]})
        before, mark = changes.snapshot(frame), changes.fingerprint(frame)
        assert not changes.has_changed(frame, before) and changes.fingerprint(frame) == mark
        change(frame)
        assert changes.has_changed(frame, before) and changes.fingerprint(frame) != mark
        other = pandas.DataFrame({"a": [1, 2]})
        changes.replace_content(other, frame)
        pandas.testing.assert_frame_equal(other, frame)


@pytest.mark.parametrize("table", [
    [(0,), ("index", (1,), None, None), ("tuple", "object", (2,)), ("objects", (1,), "x")],
    [(0,), ("series", (1,), (1,), None), ("list", 1)], [(0,), ("frame",)],
    [(0,), ("missing", "x")], [(0,), ("timestamp", "x", 1, 2)]])
def test_malformed_entries_are_refused(table):
    with pytest.raises(plain.NotPortableError):
        portable.Decoder(table, {}).value()
