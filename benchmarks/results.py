"""Write the results as a table, as JSON and, with `plot`, as a picture."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.benchmark import Measured
from benchmarks.course import draw
from benchmarks.plot import drawn

HEAD = ("#", "work", "limit", "product", "ratio", "target", "also", "load")


def rows(results: Sequence[Measured]) -> list[tuple[str, ...]]:
    return [HEAD, *(row(found) for found in results)]


def row(found: Measured) -> tuple[str, ...]:
    limit = "" if found.limit is None else f"{short(found.limit)} {found.unit}"
    ratio = "" if found.ratio is None else f"{found.ratio:.2f}"
    goals = [f"{goal} {'met' if met else 'MISSED'}" for goal, met in zip(found.goals, found.met, strict=True)]
    also = ", ".join(f"{name} {value:g}" for name, value in found.facts.items())
    load = " – ".join(f"{value:.1f}" for value in found.load)
    product = f"{short(found.product)} {found.unit}"
    return (str(found.target), found.work, limit, product, ratio, ", ".join(goals), also, load)


def short(value: float) -> str:
    """Format a number with three significant digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(results: Sequence[Measured]) -> str:
    """Return a Markdown table with aligned columns, so that it can also be read in a terminal."""
    lines = rows(results)
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |"
        for line in lines
    )


def written(results: Sequence[Measured], missing: Sequence[str], rounds: int, folder: Path) -> None:
    """Write `results.json`, `table.md`, `ratios.svg`, and an SVG for each benchmark that has a course."""
    folder.mkdir(parents=True, exist_ok=True)
    measured = [
        {
            **asdict(found),
            "limit": found.limit,
            "product": found.product,
            "ratio": found.ratio,
            "met": found.met,
        }
        for found in results
    ]
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "rounds": rounds,
        "not_run": list(missing),
        "results": measured,
    }
    (folder / "results.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n")
    (folder / "table.md").write_text(f"{table(results)}\n")
    (folder / "ratios.svg").write_text(drawn(results))
    for found in results:
        if found.course:
            (folder / f"{found.name}.svg").write_text(draw(found.course, found.work))


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return (
        f"{len(models)} × {models[0] if models else platform.machine()}, Python {platform.python_version()}"
    )
