"""Write the report a person looks at: `python -m benchmarks report`.

One page, build/report/index.html, with nothing to load from anywhere. It only reads
benchmarks/results: `make report` measures first (`benchmarks.report.collect`).
"""

import sys
from pathlib import Path

import jinja2

from benchmarks.files import RESULTS, ROOT, load_results
from benchmarks.report import nlu, tables
from benchmarks.report import parts as report_parts

PAGE = ROOT / "build/report/index.html"
WORST = PAGE.with_name("worst.json")
TEMPLATE = "page.html.j2"
INTRODUCTION = (
    "Five questions: does the right passage come first, does the assistant refuse what its "
    "documents do not answer, does it understand what is wanted, how fast is it in a large "
    "library, and what does it get wrong? Every figure names the command that makes it."
)


def render(results: Path = RESULTS, worst: Path = WORST) -> str:
    """Return the page; what was not measured yet is said to be missing.

    Args:
        results: Folder of results.
        worst: The worst questions of LiveQA-Med, where they were measured.
    """
    evaluated, outcomes, scale = (
        load_results(results / f"{name}.json") for name in ("evaluate", "outcomes", "scale")
    )
    parts = [
        report_parts.show_ranking(evaluated),
        report_parts.show_refusal(outcomes),
        nlu.show_understanding(load_results(results / "nlu.json")),
        report_parts.show_scale(scale),
        report_parts.show_worst(outcomes, load_results(worst)),
    ]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(TEMPLATE).render(introduction=INTRODUCTION, parts=parts)


def main() -> int:
    """Write the page and the tables of the documents."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(render(), encoding="utf-8")
    tables.write_all()
    print(f"{PAGE.relative_to(ROOT)}: open it in a browser")
    return 0


if __name__ == "__main__":
    sys.exit(main())
