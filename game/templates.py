"""Restricted Jinja: renders authors' texts and evaluates their expressions, and can do no more.

Jinja's parser reads the source; an allowlist turns its syntax tree into closures over plain data.
No code is generated or executed, so there is no sandbox to escape from: what the table of nodes
below doesn't name can't be said. Sizes are checked wherever something can grow, and every pass of
a loop costs one tick of a budget that belongs to that one rendering.

Raises `TemplateFault` for everything that can be wrong with a template, at check or at run time.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from . import values
from .values import TemplateFault as TemplateFault

MAX_SOURCE = 8_000
MAX_TICKS = 2_000
MAX_LOOP_DEPTH = 2

Names = Mapping[str, Any]
Closure = Callable[[dict[str, Any]], Any]

# A name no template can spell: the rendering's budget (passes of loops, characters of text)
# travels in the scope under it.
_BUDGET = "\0ticks"
_PARSER = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=False, optimized=False)


def render(source: str, names: Names) -> str:
    """The text of a template, with `names` as its only context."""
    if "{" not in source:
        return source
    scope = {**names, _BUDGET: [MAX_TICKS, values.MAX_OUTPUT]}
    return "".join(_guarded(_template(source)[0], scope)).strip()


def evaluate(source: str, names: Names) -> Any:
    """The value of an expression: a bool, int, string, or None."""
    return _guarded(_expression(source)[0], names)


def template_names(source: str) -> frozenset[str]:
    """The names a template reads from its context; raises TemplateFault if it is wrong."""
    return _template(source)[1]


def expression_names(source: str) -> frozenset[str]:
    """The names an expression reads from its context; raises TemplateFault if it is wrong."""
    return _expression(source)[1]


def _guarded(closure: Closure, scope: Any) -> Any:
    try:
        return closure(scope)
    except TemplateFault:
        raise
    except KeyError as error:
        raise TemplateFault("undefined_name", name=str(error.args[0])) from None
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise TemplateFault("template_runtime", reason=str(error)) from None


# --- compiling -------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def _template(source: str) -> tuple[Closure, frozenset[str]]:
    compiler = _Compiler()
    return _compiled(compiler.body, _parse(source).body), frozenset(compiler.free)


@lru_cache(maxsize=8192)
def _expression(source: str) -> tuple[Closure, frozenset[str]]:
    body = _parse("{{ " + source + " }}").body
    parts = body[0].nodes if len(body) == 1 and isinstance(body[0], nodes.Output) else []
    if len(parts) != 1 or isinstance(parts[0], nodes.TemplateData):
        raise TemplateFault("template_syntax", reason="not one expression")
    compiler = _Compiler()
    return _compiled(compiler.value, parts[0]), frozenset(compiler.free)


def _compiled(build: Callable[[Any], Closure], tree: Any) -> Closure:
    try:
        return build(tree)
    except RecursionError as error:  # what Jinja parses in a loop, `a + a + …`, can be this deep
        raise TemplateFault("template_syntax", reason=type(error).__name__) from None


def _parse(source: str) -> nodes.Template:
    if len(source) > MAX_SOURCE:
        raise TemplateFault("too_long", most=MAX_SOURCE)
    try:
        return _PARSER.parse(source)
    except TemplateSyntaxError as error:
        raise TemplateFault("template_syntax", error.lineno, reason=error.message) from None
    except (RecursionError, MemoryError, OverflowError, ValueError, SyntaxError) as error:
        raise TemplateFault("template_syntax", reason=type(error).__name__) from None


class _Compiler:
    """Turns one syntax tree into closures, noting the names it reads from outside."""

    def __init__(self) -> None:
        self.free: set[str] = set()
        self._bound: list[str] = []
        self._loops = 0

    # statements: each closure gives the list of pieces it outputs

    def body(self, statements: Iterable[nodes.Node]) -> Closure:
        parts = [self._statement(node) for node in statements]

        def run(scope: dict[str, Any]) -> list[str]:
            pieces: list[str] = []
            for part in parts:
                pieces += part(scope)
            return pieces

        return run

    def _statement(self, node: nodes.Node) -> Closure:
        if isinstance(node, nodes.Output):
            return self._output(node)
        if isinstance(node, nodes.If):
            return self._if(node)
        if isinstance(node, nodes.For):
            return self._for(node)
        if isinstance(node, nodes.Assign):
            return self._assign(node)
        raise _forbidden(node)

    def _output(self, node: nodes.Output) -> Closure:
        parts: list[str | Closure] = [
            part.data if isinstance(part, nodes.TemplateData) else self.value(part)
            for part in node.nodes
        ]

        def run(scope: dict[str, Any]) -> list[str]:
            pieces = [p if isinstance(p, str) else values.shown(p(scope)) for p in parts]
            scope[_BUDGET][1] -= sum(map(len, pieces))
            if scope[_BUDGET][1] < 0:
                raise TemplateFault("template_runtime", reason="the text grows too long")
            return pieces

        return run

    def _if(self, node: nodes.If) -> Closure:
        branches = [(self.value(node.test), self.body(node.body))]
        branches += [(self.value(one.test), self.body(one.body)) for one in node.elif_]
        otherwise = self.body(node.else_)

        def run(scope: dict[str, Any]) -> Any:
            for test, body in branches:
                if test(scope):
                    return body(scope)
            return otherwise(scope)

        return run

    def _for(self, node: nodes.For) -> Closure:
        target = node.target
        if not isinstance(target, nodes.Name) or node.recursive or node.test or node.else_:
            raise _forbidden(node)
        if self._loops == MAX_LOOP_DEPTH:
            raise TemplateFault("template_forbidden", node.lineno, what="for in for in for")
        items = self.value(node.iter)
        self._loops += 1
        outside = len(self._bound)
        self._bound.append(target.name)
        body = self.body(node.body)
        del self._bound[outside:]  # what the loop sets ends with it, too
        self._loops -= 1

        def run(scope: dict[str, Any]) -> list[str]:
            pieces: list[str] = []
            inner = dict(scope)
            for item in items(scope):
                _tick(scope)
                inner[target.name] = item
                pieces += body(inner)
            return pieces

        return run

    def _assign(self, node: nodes.Assign) -> Closure:
        target = node.target
        if not isinstance(target, nodes.Name):
            raise _forbidden(node)
        value = self.value(node.node)
        self._bound.append(target.name)

        def run(scope: dict[str, Any]) -> list[str]:
            scope[target.name] = value(scope)
            return []

        return run

    # expressions: each closure gives a plain value

    def value(self, node: nodes.Node) -> Closure:
        build = _BUILDERS.get(type(node))
        if build is None:
            raise _forbidden(node)
        return build(self, node)

    def name(self, node: nodes.Name) -> Closure:
        if node.name not in self._bound:
            self.free.add(node.name)
        return operator.itemgetter(node.name)

    def const(self, node: nodes.Const) -> Closure:
        value = values.bounded(node.value)
        return lambda scope: value

    def items(self, node: nodes.List | nodes.Tuple) -> Closure:
        parts = [self.value(item) for item in node.items]
        return lambda scope: [values.plain(part(scope)) for part in parts]

    def binary(self, node: nodes.BinExpr) -> Closure:
        left, right, apply = (
            self.value(node.left),
            self.value(node.right),
            values.BINARY[node.operator],
        )
        return lambda scope: apply(left(scope), right(scope))

    def both(self, node: nodes.And) -> Closure:
        left, right = self.value(node.left), self.value(node.right)
        return lambda scope: left(scope) and right(scope)

    def either(self, node: nodes.Or) -> Closure:
        left, right = self.value(node.left), self.value(node.right)
        return lambda scope: left(scope) or right(scope)

    def unary(self, node: nodes.UnaryExpr) -> Closure:
        inner, apply = self.value(node.node), values.UNARY[node.operator]
        return lambda scope: apply(inner(scope))

    def concat(self, node: nodes.Concat) -> Closure:
        parts = [self.value(part) for part in node.nodes]
        return lambda scope: values.sized("".join(values.shown(part(scope)) for part in parts))

    def compare(self, node: nodes.Compare) -> Closure:
        left = self.value(node.expr)
        rest = [(values.COMPARE[one.op], self.value(one.expr)) for one in node.ops]
        if len(rest) == 1:
            test, right = rest[0]
            return lambda scope: test(left(scope), right(scope))

        def run(scope: dict[str, Any]) -> bool:
            value = left(scope)
            for test, right in rest:
                other = right(scope)
                if not test(value, other):
                    return False
                value = other
            return True

        return run

    def choose(self, node: nodes.CondExpr) -> Closure:
        test, first = self.value(node.test), self.value(node.expr1)
        second = self.value(node.expr2) if node.expr2 else lambda scope: ""
        return lambda scope: first(scope) if test(scope) else second(scope)

    def attribute(self, node: nodes.Getattr) -> Closure:
        inner, key = self.value(node.node), node.attr
        return lambda scope: values.member(inner(scope), key)

    def item(self, node: nodes.Getitem) -> Closure:
        inner, key = self.value(node.node), self.value(node.arg)
        return lambda scope: values.member(inner(scope), key(scope))

    def filter(self, node: nodes.Filter) -> Closure:
        apply = values.FILTERS.get(node.name)
        if apply is None or node.node is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise TemplateFault("template_forbidden", node.lineno, what=f"| {node.name}")
        inner, args = self.value(node.node), [self.value(arg) for arg in node.args]
        return lambda scope: values.bounded(apply(inner(scope), *(arg(scope) for arg in args)))

    def call(self, node: nodes.Call) -> Closure:
        method = node.node
        if not isinstance(method, nodes.Getattr) or method.attr not in ("startswith", "endswith"):
            raise _forbidden(node)
        inner, args = self.value(method.node), [self.value(arg) for arg in node.args]
        apply = operator.methodcaller

        def run(scope: dict[str, Any]) -> Any:
            return apply(method.attr, *(str(arg(scope)) for arg in args))(str(inner(scope)))

        return run


# --- what may be said ---------------------------------------------------------------------------


def _forbidden(node: nodes.Node) -> TemplateFault:
    return TemplateFault("template_forbidden", node.lineno, what=type(node).__name__.lower())


def _tick(scope: dict[str, Any]) -> None:
    scope[_BUDGET][0] -= 1
    if scope[_BUDGET][0] < 0:
        raise TemplateFault("template_runtime", reason="too many repetitions")


_BINARY = (nodes.Add, nodes.Sub, nodes.Mul, nodes.FloorDiv, nodes.Mod)
_UNARY = (nodes.Not, nodes.Neg, nodes.Pos)
_BUILDERS: dict[type[nodes.Node], Callable[[_Compiler, Any], Closure]] = {
    nodes.Name: _Compiler.name,
    nodes.Const: _Compiler.const,
    nodes.List: _Compiler.items,
    nodes.Tuple: _Compiler.items,
    nodes.And: _Compiler.both,
    nodes.Or: _Compiler.either,
    nodes.Concat: _Compiler.concat,
    nodes.Compare: _Compiler.compare,
    nodes.CondExpr: _Compiler.choose,
    nodes.Getattr: _Compiler.attribute,
    nodes.Getitem: _Compiler.item,
    nodes.Filter: _Compiler.filter,
    nodes.Call: _Compiler.call,
    **dict.fromkeys(_BINARY, _Compiler.binary),
    **dict.fromkeys(_UNARY, _Compiler.unary),
}
