"""Data frames of pandas as plain data, where a notebook uses pandas: frames, series, indexes.

For `portable`: what is made of one is a tuple of arrays and names, and what is made of that is
one of pandas' own classes, with the dtypes that are named here and no others.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

#: Of a frame or series, and of what is not numbers in it: larger ones stay where they are.
MAX_CELLS, MAX_OBJECTS = 5_000_000, 100_000
#: Columns that are more than an array of NumPy's, by the name of their dtype.
DTYPES = re.compile(r"str|string|boolean|U?Int\d+|Float\d+|datetime64\[\w+, [\w/+:-]+\]")


def pandas() -> Any:
    return sys.modules.get("pandas") or importlib.import_module("pandas")


def is_of_pandas(kind: type) -> bool:
    """Whether a class is one of pandas', by what it says."""
    module = getattr(kind, "__module__", None)
    return type(module) is str and module.partition(".")[0] == "pandas"


def is_frame(value: Any) -> bool:
    """A data frame or a series: it can be changed in place."""
    return is_of_pandas(type(value)) and type(value) in (pandas().DataFrame, pandas().Series)


def pack(value: Any, to: Any) -> tuple | None:
    """The entry of an object of pandas'; None if it is none of those that are sent.

    Args:
        value: It.
        to: The `portable.Encoder`.
    """
    pd, kind = pandas(), type(value)
    if kind is pd.DataFrame:
        columns = [value.iloc[:, place] for place in range(value.shape[1])]
        if all(map(may_be_sent, [value.index, value.columns, *columns])) and (
                value.size <= MAX_CELLS):
            return "frame", *to.items([value.index, value.columns, *map(column, columns)])
    elif kind is pd.Series and may_be_sent(value) and may_be_sent(value.index):
        return "series", *to.items([value.index, column(value), value.name])
    elif kind is pd.RangeIndex:
        return "range index", value.start, value.stop, value.step, to.item(value.name)
    elif kind is pd.MultiIndex and may_be_sent(value):
        levels = [value.get_level_values(place) for place in range(value.nlevels)]
        return "multi index", *to.items([tuple(value.names), *levels])
    elif issubclass(kind, pd.Index) and may_be_sent(value):
        return ("index", *to.items([column(value.to_series()), value.name]),
                getattr(value, "freqstr", None))
    elif kind is pd.Timestamp:
        return "timestamp", value.value, value.unit, value.tz and str(value.tz)
    elif kind is pd.Timedelta:
        return "pandas timedelta", value.value, value.unit
    elif value is pd.NaT or value is pd.NA:
        return ("missing", str(value))
    return None


def may_be_sent(column: Any) -> bool:
    """Whether a series or index holds what can be sent, and not too much of it."""
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biufcmM":
        return len(column) <= MAX_CELLS
    if len(column) > MAX_OBJECTS:
        return False
    if type(column) is pandas().MultiIndex:
        return all(map(may_be_sent, column.levels))
    if dtype == "category":
        return may_be_sent(dtype.categories)
    return isinstance(dtype, np.dtype) or bool(DTYPES.fullmatch(str(dtype)))


def column(series: Any) -> Any:
    """What a column holds: an array, or the name of a dtype with what it is made of."""
    if isinstance(series.dtype, np.dtype):
        return series.to_numpy()
    if series.dtype == "category":
        return "category", series.cat.codes.to_numpy(), series.cat.categories, series.cat.ordered
    return str(series.dtype), series.astype(object).to_numpy()


def values(held: Any) -> Any:
    """The array of a column, from what `column` has made of it.

    Raises:
        ValueError: It is of no such dtype.
    """
    if isinstance(held, np.ndarray):
        return held
    name, content, *rest = held
    if name == "category":
        return pandas().Categorical.from_codes(content, *rest)
    if not DTYPES.fullmatch(name):
        raise ValueError(name)
    return pandas().array(content, dtype=name)


def _series(held: Any, **about: Any) -> Any:
    array = values(held)
    return pandas().Series(array, dtype=array.dtype, **about)


def _frame(decoder: Any, *items: Any) -> Any:
    index, names, *columns = decoder.all(items)
    frame = pandas().DataFrame(
        {place: _series(held, index=index) for place, held in enumerate(columns)}, index=index)
    frame.columns = names
    return frame


def _one_series(decoder: Any, *items: Any) -> Any:
    index, held, name = decoder.all(items)
    return _series(held, index=index, name=name)


def _index(decoder: Any, held: Any, name: Any, freq: str | None) -> Any:
    array = values(decoder.get(held))
    index = pandas().Index(array, dtype=array.dtype, name=decoder.get(name))
    if freq is not None:
        index.freq = freq
    return index


def _multi_index(decoder: Any, names: Any, *levels: Any) -> Any:
    return pandas().MultiIndex.from_arrays(decoder.all(levels), names=decoder.get(names))


def _timestamp(decoder: Any, value: int, unit: str, zone: str | None) -> Any:
    moment = pandas().Timestamp(np.datetime64(value, "ns")).as_unit(unit)
    return moment if zone is None else moment.tz_localize("UTC").tz_convert(zone)


UNPACK: dict[str, Callable[..., Any]] = {
    "frame": _frame, "series": _one_series, "index": _index, "multi index": _multi_index,
    "range index": lambda decoder, start, stop, step, name: pandas().RangeIndex(
        start, stop, step, name=decoder.get(name)),
    "timestamp": _timestamp,
    "pandas timedelta": lambda decoder, value, unit: pandas().Timedelta(value, "ns").as_unit(unit),
    "missing": lambda decoder, name: {"NaT": pandas().NaT, "<NA>": pandas().NA}[name],
}


# --- Changes in place -------------------------------------------------------------------

def is_same(frame: Any, before: Any) -> bool:
    """Whether a frame or series holds, and is called, what a copy of it does."""
    if not frame.equals(before) or frame.index.names != before.index.names:
        return False
    if frame.ndim == 1:
        return frame.name == before.name or frame.name is before.name
    return frame.columns.identical(before.columns)


def fill(target: Any, content: Any) -> None:
    """Makes a frame or series hold what another one does."""
    type(target).__init__(target, content)
