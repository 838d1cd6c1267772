"""What has no place in a strategy's text, found by reading it. Asked by strategy_check; runs nothing.

A strategy imports what only reckons: Python's pure modules, numpy without its dice and files, and of this project what
strategies are made of. What else it imports might read files, clocks or memory, and no trial could tell.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from engine.domain.errors import InvalidValue

_PURE = {
    "__future__", "abc", "array", "bisect", "cmath", "collections", "dataclasses", "decimal", "enum", "fractions",
    "functools", "heapq", "itertools", "math", "numbers", "numpy", "operator", "statistics", "string", "typing",
}  # fmt: skip
_OF_THE_PROJECT = ("engine.core.strategy", "engine.core.indicators", "engine.domain", "engine.strategies")
_CLOCKS = {"time", "datetime", "zoneinfo", "calendar", "sched", "asyncio"}
_CHANCE = {"random", "secrets", "uuid"}
_CALLS = {
    "open", "print", "id", "hash", "eval", "exec", "compile", "input", "globals", "locals", "vars", "breakpoint",
    "exit", "quit", "__import__",
}  # fmt: skip
_PEEPHOLES = {"__subclasses__", "__globals__", "__builtins__", "__code__", "f_back", "gi_frame", "cr_frame", "tb_frame"}
_NUMPY_FILES = {"load", "loadtxt", "genfromtxt", "fromfile", "memmap", "save", "savetxt"}
_ORDERLESS = {"sorted", "len", "min", "max", "any", "all", "set", "frozenset", "bool"}  # sum of floats is not one
_MUTABLE_CALLS = {"list", "dict", "set", "defaultdict", "deque", "Counter", "OrderedDict"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, by its rule: `clock`, `chance`, `set_order`, `outside`, `look_ahead`, `shared_state`, `writes`,
    `bounds`, `explain` or `fails`."""

    rule: str
    detail: str


def read_source(text: str, name: str) -> list[Finding]:
    """What has no place in a strategy's text, by line. Raises InvalidValue where it is no Python."""
    try:
        module = ast.parse(text)
    except SyntaxError as error:
        raise InvalidValue("strategy", f"{name}, line {error.lineno}: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:  # zero bytes; brackets in brackets
        raise InvalidValue("strategy", f"{name} can't be read as Python: {error}") from error
    found = {*_reaching(module), *_orders(module), *_shared(module), *_writes(module)}
    return [Finding(rule, f"line {line}: {words}") for line, rule, words in sorted(found)]


Wrong = Iterator[tuple[int, str, str]]


def _reaching(module: ast.Module) -> Wrong:
    """Imports, calls and attributes that reach beyond bars and indicators."""
    numpy = {"numpy"}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            numpy |= {alias.asname or alias.name for alias in node.names if alias.name == "numpy"}
        for name in _imported(node):
            wrong = _import_trouble(name)
            if wrong is not None:
                yield _line(node), *wrong
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            yield _line(node), "outside", f"{node.func.id}() has no place in a strategy"
        if isinstance(node, ast.Attribute) and node.attr in _PEEPHOLES:
            yield _line(node), "outside", f"{node.attr} has no place in a strategy"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in numpy:
            if node.attr == "random":
                yield _line(node), "chance", "numpy.random: a strategy has no dice"
            if node.attr in _NUMPY_FILES:
                yield _line(node), "outside", f"numpy.{node.attr} reads or writes a file"


def _imported(node: ast.AST) -> list[str]:
    """The modules that a statement imports; `.` before one of the file's own folder."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        if node.level:
            return ["." * node.level + (node.module or "")]
        if node.module in ("numpy", "engine", "engine.core"):
            return [f"{node.module}.{alias.name}" for alias in node.names]
        return [node.module or ""]
    return []


def _import_trouble(name: str) -> tuple[str, str] | None:
    top = name.partition(".")[0]
    if top in _CLOCKS:
        return "clock", f"{name} is imported; a strategy's time is its bars'"
    if top in _CHANCE or name == "numpy.random":
        return "chance", f"{name} is imported; a strategy has no dice"
    if name.startswith("."):
        return "outside", f"{name} is imported; a strategy is one file"
    if top == "engine":
        known = any(name == part or name.startswith(f"{part}.") for part in _OF_THE_PROJECT)
        return None if known else ("outside", f"{name} is imported; a strategy sees bars and indicators alone")
    if top in _PURE:
        return None
    return "outside", f"{name} is imported; what it reads or remembers can't be told, so a strategy does without"


def _orders(module: ast.Module) -> Wrong:
    """Whatever goes through a set in the order that it happens to have."""
    sets = _names_of_sets(module)
    calm = _orderless_loops(module)
    words = "the order of a set differs from run to run; sort it"
    for node in ast.walk(module):
        loops = isinstance(node, ast.For) or (isinstance(node, ast.comprehension) and node not in calm)
        if isinstance(node, ast.For | ast.comprehension) and loops and _is_set(node.iter, sets):
            yield _line(node.iter), "set_order", words
        if isinstance(node, ast.Starred) and _is_set(node.value, sets):
            yield _line(node), "set_order", words
        if not isinstance(node, ast.Call):
            continue
        orderless = isinstance(node.func, ast.Name) and node.func.id in _ORDERLESS
        if not orderless and any(_is_set(argument, sets) for argument in node.args) and not _of_a_set(node, sets):
            yield _line(node), "set_order", words
        if isinstance(node.func, ast.Attribute) and node.func.attr == "pop" and _is_set(node.func.value, sets):
            yield _line(node), "set_order", "which one a set's pop() takes differs from run to run"


def _orderless_loops(module: ast.Module) -> set[ast.comprehension]:
    """Loops inside of what has no order itself: sorted(x for x in …), a set of …"""
    found: set[ast.comprehension] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.SetComp):
            found |= set(node.generators)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _ORDERLESS:
            for argument in node.args:
                if isinstance(argument, ast.GeneratorExp | ast.ListComp):
                    found |= set(argument.generators)
    return found


def _of_a_set(call: ast.Call, sets: set[str]) -> bool:
    """Whether it is a set's own method: union and the like have no order."""
    return isinstance(call.func, ast.Attribute) and _is_set(call.func.value, sets)


def _names_of_sets(module: ast.Module) -> set[str]:
    """Names, and attributes as `.name`, that are set to a set somewhere."""
    found: set[str] = set()
    for node in ast.walk(module):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        if _is_set(value, set()):
            found |= {name for target in targets if (name := _name(target)) is not None}
    return found


def _name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    return f".{node.attr}" if isinstance(node, ast.Attribute) else None


def _is_set(node: ast.expr, sets: set[str]) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in {"set", "frozenset"}
    return isinstance(node, ast.Set | ast.SetComp) or _name(node) in sets


def _shared(module: ast.Module) -> Wrong:
    """State that all symbols and bots of the strategy would have in common."""
    words = "is one for all symbols and bots; make it in __init__"
    for node in ast.walk(module):
        if isinstance(node, ast.Global):
            yield _line(node), "shared_state", f"{', '.join(node.names)} {words}"
        if isinstance(node, ast.FunctionDef):
            for default in (*node.args.defaults, *node.args.kw_defaults):
                if default is not None and _is_mutable(default):
                    yield _line(default), "shared_state", f"a default of {node.name}() {words}"
        if isinstance(node, ast.Module) or (isinstance(node, ast.ClassDef) and _judges(node)):
            for statement in node.body:
                if isinstance(statement, ast.Assign) and _is_mutable(statement.value):
                    names = [name for target in statement.targets if (name := _name(target)) and not name.isupper()]
                    if names and not names[0].startswith("__"):
                        yield _line(statement), "shared_state", f"{names[0]} {words}"


def _judges(node: ast.ClassDef) -> bool:
    return any(isinstance(part, ast.FunctionDef) and part.name in ("on_bar", "on_bars") for part in node.body)


def _is_mutable(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in _MUTABLE_CALLS
    return isinstance(node, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)


def _writes(module: ast.Module) -> Wrong:
    """Assignments to the bar, or into the values, that every other strategy reads too."""
    for function in ast.walk(module):
        if not isinstance(function, ast.FunctionDef) or function.name != "on_bar":
            continue
        given = {argument.arg for argument in function.args.args[1:3]}
        for node in ast.walk(function):
            targets = node.targets if isinstance(node, ast.Assign) else []
            targets = [node.target] if isinstance(node, ast.AugAssign) else targets
            for target in targets:
                inner = target.value if isinstance(target, ast.Attribute | ast.Subscript) else None
                if isinstance(inner, ast.Name) and inner.id in given:
                    yield _line(target), "writes", f"{inner.id} is everybody's; a strategy only reads it"


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)
