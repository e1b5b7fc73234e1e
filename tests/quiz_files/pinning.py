"""Expectations beside the samples. `python -m tests.quiz_files.pinning` writes them: read them before you keep them."""

from pathlib import Path

from lessons.quizzes.formats import import_questions

SAMPLES = Path(__file__).parent / "samples"
EXPECTED = ".expected.md"


def samples() -> list[Path]:
    return sorted(path for path in SAMPLES.iterdir() if not path.name.endswith(EXPECTED))


def result_of(path: Path) -> str:
    imported = import_questions(path.read_bytes(), name=path.name)
    losses = "".join(f"\n{loss}" for loss in imported.losses)
    return "\n".join([part.source for part in imported.parts]) + f"\n<!-- {imported.format}{losses}\n-->\n"


if __name__ == "__main__":
    for sample in samples():
        sample.with_name(sample.name + EXPECTED).write_text(result_of(sample), encoding="utf-8")
