"""Which editor a parameter has, by its type, and what is typed in it to mean a value."""

from __future__ import annotations

import re
from functools import partial

from tui.kql.literals import LiteralError, parse_datetime
from tui.library.lists import FILE_MARK
from tui.library.model import Parameter, ParameterType, Value
from tui.library.parameters import measure, show_value
from tui.library.steps import stepped
from tui.library.times import moment_typed
from tui.widgets.choice_field import ChoiceField
from tui.widgets.list_field import ListField
from tui.widgets.step_field import StepField
from tui.widgets.switch_field import SwitchField
from tui.widgets.text_field import PlainField, TextField

Raw = str | list[str]
"""What an editor holds as typed: a list for the list types, else a text."""

Editor = TextField | ListField | SwitchField | ChoiceField

_LIST_BREAK = re.compile(r"[\n,]")
_PLACEHOLDERS = {
    ParameterType.TIMESPAN: "such as 10m",
    ParameterType.DATETIME: "such as yesterday 03:00Z",
    ParameterType.IP_LIST: "addresses, CIDR, ranges, or @file",
    ParameterType.PATH_LIST: "folders or files, or @file",
    ParameterType.PREFIX_LIST: "beginnings, or @file",
    ParameterType.SUFFIX_LIST: "endings, or @file",
    ParameterType.STRING_LIST: "one a line, or @file",
}
_LISTS = "one a line; a paste is split; @file, Tab completes"
_HOW = {
    ParameterType.INTEGER: "+ and - step",
    ParameterType.REAL: "+ and - step",
    ParameterType.TIMESPAN: "such as 90s, 10m, 7d, 1d4h; + and - step",
    ParameterType.DATETIME: "such as 2026-11-21 03:00Z, yesterday 03:00Z, 2h ago, now-7d",
    ParameterType.IP_LIST: "addresses, CIDR, ranges such as 10.0.0.5-10.0.0.9, " + _LISTS,
    ParameterType.PATH_LIST: "folders or files, " + _LISTS,
    ParameterType.PREFIX_LIST: "beginnings, " + _LISTS,
    ParameterType.SUFFIX_LIST: "endings, " + _LISTS,
    ParameterType.STRING_LIST: _LISTS,
    ParameterType.REGEX: "a regular expression of RE2, as Kusto has them",
    ParameterType.BOOLEAN: "y, n, Space",
    ParameterType.CHOICE: "Left, Right, or Enter for the list",
}
_WIDTHS = {
    ParameterType.INTEGER: 14,
    ParameterType.REAL: 14,
    ParameterType.TIMESPAN: 14,
    ParameterType.DATETIME: 30,
}
"""Cells of an editor whose values are short."""


def make_editor(parameter: Parameter, start: Raw) -> Editor:
    """The editor of `parameter`, holding `start`."""
    placeholder = _PLACEHOLDERS.get(parameter.type, "")
    if isinstance(start, list):
        return ListField(start, placeholder, spaces=parameter.type is ParameterType.IP_LIST)
    match parameter.type:
        case ParameterType.BOOLEAN:
            return SwitchField(None if not start else start.strip().lower() == "true")
        case ParameterType.CHOICE:
            return ChoiceField(parameter.choices, start)
        case ParameterType.INTEGER | ParameterType.REAL | ParameterType.TIMESPAN:
            least = measure(parameter, parameter.minimum)
            negative = parameter.type is not ParameterType.TIMESPAN and (least is None or least < 0)
            editor: TextField = StepField(start, placeholder, partial(stepped, parameter), negative)
        case ParameterType.STRING:
            editor = PlainField(start, placeholder)
        case _:
            editor = TextField(start, placeholder)
    if width := _WIDTHS.get(parameter.type):
        editor.styles.max_width = width
    return editor


def held(editor: Editor) -> Raw:
    """What `editor` holds. A list of the one line `@file` is that text: the values are in the file."""
    match editor:
        case ListField():
            values = editor.values
            return values[0] if len(values) == 1 and values[0].startswith(FILE_MARK) else values
        case SwitchField():
            return show_value(editor.value)
        case ChoiceField():
            return editor.word
    return editor.value


def hold(editor: Editor, raw: Raw) -> None:
    """Puts `raw` in `editor`."""
    match editor:
        case ListField():
            lines = "\n".join([raw] if isinstance(raw, str) else raw)
            if lines != editor.text:
                editor.replace(lines, (0, 0), editor.document.end)
        case SwitchField():
            editor.value = None if not raw else raw == "true"
        case ChoiceField():
            editor.word = "".join(raw)
        case _:
            editor.value = "".join(raw)
            editor.cursor_position = len(editor.value)


def as_typed(parameter: Parameter, value: object) -> Raw:
    """A value that was given, checked or typed, as the parameter's editor takes it."""
    if parameter.type.is_list:
        if isinstance(value, str):
            return [value] if value.startswith(FILE_MARK) else [part.strip() for part in _LIST_BREAK.split(value)]
        return [str(part) for part in value] if isinstance(value, list | tuple) else []
    if value is None:
        return ""
    checked: Value = value if isinstance(value, str | int | float | bool) else str(value)
    if parameter.type is ParameterType.DATETIME:
        try:
            return moment_typed(parse_datetime(show_value(checked)))
        except LiteralError:
            pass
    return show_value(checked)


def how_typed(parameter: Parameter) -> str:
    """How values of the parameter's type are typed, in a few words."""
    return _HOW.get(parameter.type, "")
