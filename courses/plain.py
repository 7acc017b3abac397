"""Frozen dataclasses to plain JSON and back, by their types; what equals its default is left out."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


class Misfit(ValueError):
    """A value that does not have the type its place asks for; the text names the place."""


def dump(value: Any, special: Mapping[type, Callable[[Any], Any]]) -> Any:
    """Return dicts, lists, texts and numbers; `special` writes types that have a form of their own."""
    if type(value) in special:
        return special[type(value)](value)
    if is_dataclass(value):
        kept = ((one.name, getattr(value, one.name)) for one in fields(value) if not _is_default(one, value))
        return {name: dump(part, special) for name, part in kept}
    if isinstance(value, tuple):
        return [dump(part, special) for part in value]
    return str(value) if isinstance(value, StrEnum) else value


def _is_default(one: Any, value: Any) -> bool:
    return one.default is not MISSING and getattr(value, one.name) == one.default


def load(kind: Any, data: Any, special: Mapping[type, Callable[[Any, str], Any]], place: str = "") -> Any:
    """Return `data` as a value of type `kind`; raises Misfit with the place of what does not fit."""
    if kind in special:
        return special[kind](data, place)
    if get_origin(kind) in (Union, UnionType):
        return _one_of(get_args(kind), data, special, place)
    if get_origin(kind) is tuple:
        if not isinstance(data, list):
            raise Misfit(f"{place} 应该是一个列表")
        part = get_args(kind)[0]
        return tuple(load(part, one, special, f"{place}[{at}]") for at, one in enumerate(data))
    if is_dataclass(kind):
        return _object(kind, data, special, place)
    return _leaf(kind, data, place)


def _one_of(kinds: tuple[Any, ...], data: Any, special: Mapping[type, Any], place: str) -> Any:
    if data is None and NoneType in kinds:
        return None
    return load(next(kind for kind in kinds if kind is not NoneType), data, special, place)


def _object(kind: Any, data: Any, special: Mapping[type, Any], place: str) -> Any:
    if not isinstance(data, dict):
        raise Misfit(f"{place or kind.__name__} 应该是一个对象")
    values = {}
    for name, (part, has_default) in _parts(kind).items():
        if name in data:
            values[name] = load(part, data[name], special, f"{place}.{name}".lstrip("."))
        elif not has_default:
            raise Misfit(f"{place} 缺少 {name}".strip())
    return kind(**values)


@cache
def _parts(kind: Any) -> dict[str, tuple[Any, bool]]:
    hints = get_type_hints(kind)
    return {
        one.name: (hints[one.name], one.default is not MISSING or one.default_factory is not MISSING)
        for one in fields(kind)
    }


def _leaf(kind: Any, data: Any, place: str) -> Any:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        if isinstance(data, str) and data in set(kind):
            return kind(data)
        raise Misfit(f"{place} 不认识“{str(data)[:40]}”")
    fits = isinstance(data, kind) or (kind is float and isinstance(data, int))
    if not fits or (isinstance(data, bool) and kind is not bool):
        raise Misfit(f"{place} 的写法不对")
    return data
