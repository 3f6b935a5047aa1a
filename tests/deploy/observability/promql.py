"""What an expression names: metrics, the labels that it matches or groups by, and their values."""

from dataclasses import dataclass, field

import promql_parser


@dataclass
class Names:
    """Everything that must be there for the expression to mean something."""

    metrics: set = field(default_factory=set)
    # (metric, label, value); the value is None where a label is only named.
    labels: set = field(default_factory=set)


def names_in(expression):
    """The names of an expression; raises ValueError where it is none."""
    names = Names()
    collect(promql_parser.parse(expression), names)
    return names


def collect(node, names):
    """Adds what this part and those below name; gives back the metrics below."""
    kind = type(node).__name__
    below = set()
    if kind == "VectorSelector":
        below = {node.name}
        names.metrics.add(node.name)
        for matcher in node.matchers.matchers:
            regular = str(matcher.op) in ("MatchOp.Re", "MatchOp.NotRe")
            values = matcher.value.split("|") if regular else [matcher.value]
            names.labels |= {(node.name, matcher.name, value) for value in values}
    elif kind == "MatrixSelector":
        below = collect(node.vector_selector, names)
    elif kind == "AggregateExpr":
        below = collect(node.expr, names)
        if node.modifier:
            names.labels |= {(metric, label, None)
                             for metric in below for label in node.modifier.labels}
    elif kind == "BinaryExpr":
        below = collect(node.lhs, names) | collect(node.rhs, names)
    elif kind == "Call":
        below = set().union(*(collect(argument, names) for argument in node.args), set())
    elif kind in ("ParenExpr", "UnaryExpr", "SubqueryExpr"):
        below = collect(node.expr, names)
    elif kind not in ("NumberLiteral", "StringLiteral"):
        raise ValueError(f"{kind} is not known here")
    return below
