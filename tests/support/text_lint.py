"""A rule about text on its way to the screen, checked on the source: what reaches a widget is the program's own or made safe.

Outside of `tui/widgets` every text that is given to a widget, or to a `Content` that a widget will show, must be one of:
a constant, what `safe` and its kin give, a number or a time in a format, or put together from such, by way of names,
attributes and private functions of the same module. Markup is never parsed anywhere.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SINKS = frozenset(
    "Static Label Button Checkbox RadioButton Option Select Tab TabPane Collapsible Link Digits Pretty Markdown Words "
    "Content Text Segment Strip notify assemble styled".split()
)
"""Calls whose texts are shown as they are given."""
SAFE_CALLS = frozenset(
    "safe safe_lines seen_text shown help_words fit pad highlight_kql heading_and_items key_name error_type len sum min max "
    "round cell_width show_window span_words time_text clock_words age_words zone_words moment_typed Content Style".split()
)
"""Calls that give text made safe, words of the program's own about times and numbers, or numbers."""
SAFE_ATTRIBUTES = frozenset(["help_words", "__name__"])
"""What widgets hold ready to be shown, and names of types."""
_KEPT = frozenset(
    "replace lower upper strip lstrip rstrip title removeprefix removesuffix ljust rjust partition".split()
)
_HARMLESS_TYPES = frozenset("int float bool datetime timedelta date Content Widget".split())
_SILENT = frozenset(
    "id classes variant compact markup name flows no_wrap overflow end style justify severity timeout".split()
)
"""Keyword arguments that are not shown."""
_STYLES = {"styled": 1, "Text": 1, "Segment": 1}
"""Positional arguments from which on there is no text."""
_DEPTH = 12


@dataclass(frozen=True)
class Violation:
    """A text that may come from data, in a file and line."""

    path: Path
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.words}"


def markup_violations(path: Path, source: str) -> list[Violation]:
    """Every place where markup is parsed, or would be."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute | ast.Name) and _name(node) in ("from_markup", "to_content", "render_markup"):
            found.append(Violation(path, node.lineno, f"{_name(node)} parses markup"))
        elif isinstance(node, ast.keyword) and node.arg == "markup" and not _is_false(node.value):
            found.append(Violation(path, node.value.lineno, "markup= that is not False"))
        elif isinstance(node, ast.ImportFrom) and node.module in ("rich.markup", "textual.markup"):
            found.append(Violation(path, node.lineno, f"{node.module} is about markup"))
        elif isinstance(node, ast.Call) and _name(node.func) in ("Static", "Label") and not _has_no_markup(node):
            found.append(Violation(path, node.lineno, f"{_name(node.func)} without markup=False"))
        elif isinstance(node, ast.Assign) and _is_title(node) and _name(getattr(node.value, "func", node)) != "Content":
            found.append(Violation(path, node.lineno, "a title or tooltip that is no Content is markup"))
    return found


def _is_title(node: ast.Assign) -> bool:
    return any(_name(target) in ("border_title", "border_subtitle", "tooltip") for target in node.targets)


def _has_no_markup(call: ast.Call) -> bool:
    return any(keyword.arg == "markup" and _is_false(keyword.value) for keyword in call.keywords)


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def text_violations(path: Path, source: str) -> list[Violation]:
    """Every text in the module that reaches a widget and is not known to be safe."""
    return list(_Module(path, source).violations())


class _Module:
    def __init__(self, path: Path, source: str) -> None:
        self.path, self.tree = path, ast.parse(source)
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.functions = {node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)}
        self.asked: set[ast.AST] = set()

    def violations(self) -> Iterator[Violation]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and self.is_sink(node):
                for argument in self.texts(node):
                    self.asked = set()
                    if not self.safe(argument, 0):
                        yield Violation(self.path, node.lineno, f"{ast.unparse(argument)[:90]} is not known to be safe")

    def is_sink(self, call: ast.Call) -> bool:
        name = _name(call.func)
        if name in ("say", "update") and isinstance(call.func, ast.Attribute):
            return self.is_words(call.func.value)
        if name == "notify":  # the app's own makes its text safe
            return isinstance(call.func, ast.Attribute) and _name(getattr(call.func.value, "func", call)) == "super"
        return name in SINKS

    def is_words(self, node: ast.expr) -> bool:
        """Whether `node` is a widget that shows what it is told as it is: `query_one("#x", Words)`, or a name of one."""
        if isinstance(node, ast.Name):
            return any(self.is_words(value) for value, _ in self.bindings(node))
        if isinstance(node, ast.IfExp):
            return self.is_words(node.body)
        return (
            isinstance(node, ast.Call)
            and _name(node.func) == "query_one"
            and any(_name(argument) in ("Words", "Static") for argument in node.args)
        )

    def texts(self, call: ast.Call) -> list[ast.expr]:
        name = _name(call.func)
        shown = call.args[: _STYLES.get(name, len(call.args))]
        if name == "assemble":
            shown = [part.elts[0] if isinstance(part, ast.Tuple) else part for part in shown]
        return [*shown, *(keyword.value for keyword in call.keywords if keyword.arg not in _SILENT)]

    # Whether an expression is known to be safe

    def safe(self, node: ast.AST | None, depth: int) -> bool:
        if node is None or isinstance(node, ast.Constant):
            return True
        if depth > _DEPTH:
            return False
        if node in self.asked:
            return True  # what leans on itself is as safe as the rest of it
        self.asked.add(node)
        deeper = depth + 1
        match node:
            case ast.JoinedStr():
                return all(
                    self.placeholder(part, deeper) for part in node.values if isinstance(part, ast.FormattedValue)
                )
            case ast.IfExp():
                return self.safe(node.body, deeper) and self.safe(node.orelse, deeper)
            case ast.BoolOp():
                return all(self.safe(value, deeper) for value in node.values)
            case ast.BinOp():
                return self.safe(node.left, deeper) and self.safe(node.right, deeper)
            case ast.UnaryOp() | ast.Compare():
                return True
            case ast.Tuple() | ast.List():
                return all(self.safe(element, deeper) for element in node.elts)
            case ast.Subscript():
                return self.part(node, deeper)
            case ast.Starred():
                return self.safe(node.value, deeper)
            case ast.ListComp() | ast.GeneratorExp():
                return self.safe(node.elt, deeper)
            case ast.Call():
                return self.call(node, deeper)
            case ast.Name():
                return self.name(node, deeper)
            case ast.Attribute():
                return self.attribute(node, deeper)
        return False

    def part(self, node: ast.Subscript, depth: int) -> bool:
        """A part of something safe, or a part that is safe of the tuples that an attribute holds."""
        held = self.held(node.value)
        if held and isinstance(node.slice, ast.Constant) and all(isinstance(value, ast.Tuple) for value in held):
            return all(self.safe(value.elts[node.slice.value], depth) for value in held if isinstance(value, ast.Tuple))
        return self.safe(node.value, depth)

    def held(self, node: ast.expr) -> list[ast.expr]:
        """What is ever put into an attribute of self."""
        if not isinstance(node, ast.Attribute) or _name(node.value) != "self":
            return []
        pairs = self.assignments(self.tree)
        return [value for target, value in pairs if isinstance(target, ast.Attribute) and target.attr == node.attr]

    def placeholder(self, part: ast.FormattedValue, depth: int) -> bool:
        """A number or a time by its format (`:,`, `:>3d`, `:%H:%M`), or a safe text."""
        spec = part.format_spec
        words = (
            "".join(str(piece.value) for piece in spec.values if isinstance(piece, ast.Constant))
            if _joined(spec)
            else ""
        )
        return words.startswith("%") or words[-1:] in (*",dfgxX",) or self.safe(part.value, depth)

    def call(self, node: ast.Call, depth: int) -> bool:
        name = _name(node.func)
        if name in SAFE_CALLS or name in SINKS:
            return True
        if name == "map" and node.args:
            return _name(node.args[0]) in SAFE_CALLS
        if name in ("join", "items", "values", "keys", "get") and isinstance(node.func, ast.Attribute):
            return self.safe(node.func.value, depth) and all(self.safe(argument, depth) for argument in node.args)
        if name in _KEPT and isinstance(node.func, ast.Attribute):
            return self.safe(node.func.value, depth) and all(self.safe(argument, depth) for argument in node.args)
        function = self.functions.get(name)
        if function is None:
            return False
        returns = [inner for inner in ast.walk(function) if isinstance(inner, ast.Return)]
        return bool(returns) and all(self.safe(inner.value, depth) for inner in returns)

    def name(self, node: ast.Name, depth: int) -> bool:
        if node.id.strip("_").isupper():
            return True
        bindings = self.bindings(node)
        return bool(bindings) and all(harmless or self.safe(value, depth) for value, harmless in bindings)

    def attribute(self, node: ast.Attribute, depth: int) -> bool:
        """An attribute of self is safe when everything that is ever put there is."""
        if node.attr.strip("_").isupper() or node.attr in SAFE_ATTRIBUTES:
            return True
        if _name(node.value) != "self":
            return node.attr == "value" and self.safe(node.value, depth)
        values = self.held(node)
        return bool(values) and all(self.safe(value, depth) for value in values)

    def bindings(self, node: ast.Name) -> list[tuple[ast.expr, bool]]:
        """What a name may stand for: each expression, and whether its type alone makes it harmless."""
        scope = self.scope(node)
        found = [
            (value, False)
            for target, value in self.assignments(scope)
            if isinstance(target, ast.Name) and target.id == node.id
        ]
        for inner in ast.walk(scope):
            if isinstance(inner, ast.For | ast.comprehension) and node.id in _names(inner.target):
                found.append(_element(inner, node.id))
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
            found += self.given(scope, node.id)
        return found

    def scope(self, node: ast.AST) -> ast.AST:
        while not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            node = self.parents[node]
        return node

    def assignments(self, scope: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
        for inner in ast.walk(scope):
            if isinstance(inner, ast.Assign):
                for target in inner.targets:
                    yield from _pairs(target, inner.value)
            elif isinstance(inner, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and inner.value is not None:
                yield inner.target, inner.value

    def given(self, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> list[tuple[ast.expr, bool]]:
        """What callers in this module give for the parameter `name`; of a public function, nobody knows."""
        parameters = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        names = [parameter.arg for parameter in parameters]
        if name not in names:
            return []
        place = names.index(name)
        kind = parameters[place].annotation
        if kind is not None and set(_type_names(kind)) <= _HARMLESS_TYPES | {"None"}:
            return [(kind, True)]
        unknown = ast.Name("public", ast.Load(), lineno=function.lineno)
        self.parents[unknown] = self.tree
        if not function.name.startswith("_") or function.name.startswith("__"):
            return [(unknown, False)]
        place -= names[:1] == ["self"]
        calls = [
            call for call in ast.walk(self.tree) if isinstance(call, ast.Call) and _name(call.func) == function.name
        ]
        found = [_argument(call, place, name) for call in calls]
        return [(value, False) for value in found if value is not None] or [(unknown, False)]


def _element(loop: ast.For | ast.comprehension, name: str) -> tuple[ast.expr, bool]:
    """Where the elements of a loop come from; what `enumerate` counts, and the members of a class, are harmless."""
    source, target = loop.iter, loop.target
    if isinstance(source, ast.Call) and _name(source.func) == "enumerate":
        return source.args[0], isinstance(target, ast.Tuple) and name in _names(target.elts[0])
    return source, isinstance(source, ast.Name) and source.id[:1].isupper()


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _names(target: ast.expr) -> set[str]:
    return {inner.id for inner in ast.walk(target) if isinstance(inner, ast.Name)}


def _type_names(annotation: ast.expr) -> Iterator[str]:
    for inner in ast.walk(annotation):
        if isinstance(inner, ast.Name):
            yield inner.id
        elif isinstance(inner, ast.Constant):
            yield str(inner.value)


def _joined(spec: ast.expr | None) -> bool:
    return isinstance(spec, ast.JoinedStr)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, other in zip(target.elts, value.elts, strict=True):
            yield from _pairs(one, other)
    elif isinstance(target, ast.Tuple):
        for one in target.elts:
            yield one, value
    else:
        yield target, value


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[place] if place < len(call.args) else None


def sources(*folders: Path) -> Sequence[tuple[Path, str]]:
    """The modules below `folders`, or those named themselves."""
    paths = [path for folder in folders for path in ([folder] if folder.is_file() else sorted(folder.rglob("*.py")))]
    return [(path, path.read_text(encoding="utf-8")) for path in paths]
