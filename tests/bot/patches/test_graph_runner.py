"""The graph runner without a scheduler gives what Rasa's gives with one."""

from typing import Any

import pytest
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

from bot.patches import graph_runner

calls: list[str] = []


class Adder(GraphComponent):
    """Adds a number to what it gets."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def get_default_config(cls) -> dict[str, Any]:
        return {"number": 1, "fails": False}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Adder":
        return cls(config)

    def add(self, first: int, second: int = 0) -> int:
        calls.append(f"{first}+{second}+{self._config['number']}")
        if self._config["fails"]:
            raise ValueError("it fails")
        return first + second + self._config["number"]


def node(needs: dict[str, str], **config: Any) -> SchemaNode:
    return SchemaNode(needs=needs, uses=Adder, constructor_name="create", fn="add", config=config)


def make_runner(**nodes: SchemaNode) -> DaskGraphRunner:
    schema = GraphSchema(nodes)
    return DaskGraphRunner(schema, None, ExecutionContext(schema))


# The last node stands first: the order is that of the needs.
NODES = {
    "last": node({"first": "left", "second": "right"}, number=1000),
    "left": node({"first": "root"}, number=10),
    "right": node({"first": "root", "second": "extra"}, number=100),
    "root": node({"first": "given"}),
    "unneeded": node({"first": "root"}, fails=True),
}
INPUTS = {"given": 0, "extra": 5}


@pytest.fixture(params=["Rasa's", "ours"], autouse=True)
def _runner(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs with both."""
    calls.clear()
    patch = graph_runner.run
    chosen = patch.original if request.param == "Rasa's" else patch.function
    monkeypatch.setattr(DaskGraphRunner, "run", chosen)


def test_run_gives_the_targets_alone():
    assert make_runner(**NODES).run(INPUTS, ["last"]) == {"last": 1117}
    assert make_runner(**NODES).run(INPUTS, ["left", "right"]) == {"left": 11, "right": 106}


def test_run_computes_what_is_needed_once():
    make_runner(**NODES).run(INPUTS, ["last"])

    assert sorted(calls) == ["0+0+1", "1+0+10", "1+5+100", "11+106+1000"]


def test_run_again_forgets_the_inputs_of_before():
    runner = make_runner(**NODES)

    assert runner.run(INPUTS, ["last"]) != runner.run({"given": 1, "extra": 5}, ["last"])
    assert runner.run(INPUTS, ["left"]) == {"left": 11}


def test_run_without_targets_takes_those_of_the_schema():
    nodes = {**NODES, "last": SchemaNode(**{**NODES["last"].__dict__, "is_target": True})}

    assert make_runner(**nodes).run(INPUTS) == {"last": 1117}


def test_input_with_the_name_of_a_node_stands_for_its_output():
    assert make_runner(**NODES).run({**INPUTS, "left": 0, "right": 0}, ["last"]) == {"last": 1000}


def test_missing_input_is_an_error():
    with pytest.raises(GraphRunError):
        make_runner(**NODES).run({"given": 0}, ["right"])


def test_node_that_fails_is_an_error():
    with pytest.raises(Exception, match="unneeded"):
        make_runner(**NODES).run(INPUTS, ["unneeded"])
