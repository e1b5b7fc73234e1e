"""Replace the packs of a bare repository by one, while others may read it."""

from collections.abc import Iterable
from pathlib import Path
from typing import IO

from labs.grader.git.processes import RepositoryError
from labs.repositories import bare


def repack_objects(path: Path, tips: Iterable[str], lock: IO[bytes], *, may_lack: bool = False) -> None:
    """Pack all objects reachable from `tips`, and drop the rest. Packs with a `.keep` file stay.

    Concurrent readers find every object in the new pack: git looks for new packs before it gives up.
    """
    old = {pack.stem for pack in bare.packs(path) if not pack.with_suffix(".keep").exists()}
    try:
        name = bare.pack_objects(path, tips, lock, may_lack=may_lack)
    finally:
        bare.sweep(path)
    kept = f"pack-{name}"
    if name and not all((path / "objects/pack" / f"{kept}{end}").is_file() for end in (".pack", ".idx")):
        raise RepositoryError(f"git did not write pack {kept} in {path}")
    for stem in old - {kept}:
        for file in (path / "objects/pack").glob(f"{stem}.*"):
            file.unlink(missing_ok=True)
