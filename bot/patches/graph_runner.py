"""Run the nodes of a graph one after the other, without a scheduler.

Rasa's `DaskGraphRunner.run` cuts the graph down, builds it for Dask and lets Dask's scheduler run
it, in this thread, several times for each message; and it writes every input into a debug line that
nobody reads. The graph never changes, so the order of its nodes is found once.
"""

from typing import Any

from rasa.engine.graph import GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner

from bot.patches.replaces import replaces

ORDERS = "_bonafide_orders"

# The nodes that lead to some targets, each after those that it needs, with the names of these.
Order = list[tuple[str, tuple[str, ...]]]


def find_order(schema: GraphSchema, targets: list[str]) -> Order:
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


@replaces(
    DaskGraphRunner,
    "run",
    sha256="45f0f52f574f3aa9546a552bf671183e171092c18b66e97f5771a7fa295de37e",
)
def run(
    self: DaskGraphRunner,
    inputs: dict[str, Any] | None = None,
    targets: list[str] | None = None,
) -> dict[str, Any]:
    """Return the outputs of the targets."""
    targets = targets or self._graph_schema.target_names
    orders: dict[tuple[str, ...], Order] = self.__dict__.setdefault(ORDERS, {})
    order = orders.get(tuple(targets))
    if order is None:
        order = orders[tuple(targets)] = find_order(self._graph_schema, targets)
    results: dict[str, Any] = {}
    self._add_inputs_to_graph(inputs, results)
    for name, needs in order:
        if name in results:
            continue  # an input stands for its output
        # A node takes the bare name for what is missing, as from Dask.
        results[name] = self._instantiated_nodes[name](*[results.get(need, need) for need in needs])
    return dict(results[name] for name in targets)
