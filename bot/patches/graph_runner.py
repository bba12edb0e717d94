"""Run the nodes of a graph one after the other, without a scheduler.

Rasa's `DaskGraphRunner.run` cuts the graph down, builds it for Dask and lets Dask's scheduler run
it, in this thread, several times for each message; and it writes every input into a debug line that
nobody reads. The graph never changes, so the order of its nodes is found once.
"""

from typing import Any, Dict, List, Optional, Tuple

from rasa.engine.graph import GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner

from bot.patches.source import check

# SHA-256 of the source of the function that is replaced, as it stands in Rasa 3.6.21.
REPLACED_SHA256 = "45f0f52f574f3aa9546a552bf671183e171092c18b66e97f5771a7fa295de37e"
ORDERS = "_bonafide_orders"

_original = DaskGraphRunner.run

# The nodes that lead to some targets, each after those that it needs, with the names of these.
Order = List[Tuple[str, Tuple[str, ...]]]


def apply() -> None:
    """Replace the run.

    Raises:
        RuntimeError: Rasa's function is not the one this replacement was written for.
    """
    check(_original, REPLACED_SHA256, "bot/patches/graph_runner.py")
    DaskGraphRunner.run = _run


def find_order(schema: GraphSchema, targets: List[str]) -> Order:
    """Return the nodes that lead to `targets`, each after those that it needs."""
    nodes = schema.minimal_graph_schema(targets).nodes
    order: Order = []
    seen = set()

    def visit(name: str) -> None:
        if name in seen or name not in nodes:
            return
        seen.add(name)
        needs = tuple(nodes[name].needs.values())
        for need in needs:
            visit(need)
        order.append((name, needs))

    for name in nodes:
        visit(name)
    return order


def _run(
    self: DaskGraphRunner,
    inputs: Optional[Dict[str, Any]] = None,
    targets: Optional[List[str]] = None,
) -> Dict[str, Any]:
    targets = targets or self._graph_schema.target_names
    orders: Dict[Tuple[str, ...], Order] = self.__dict__.setdefault(ORDERS, {})
    order = orders.get(tuple(targets))
    if order is None:
        order = orders[tuple(targets)] = find_order(self._graph_schema, targets)
    results: Dict[str, Any] = {}
    self._add_inputs_to_graph(inputs, results)
    for name, needs in order:
        if name in results:
            continue  # an input stands for its output
        # A node takes the bare name for what is missing, as from Dask.
        results[name] = self._instantiated_nodes[name](*[results.get(need, need) for need in needs])
    return dict(results[name] for name in targets)
