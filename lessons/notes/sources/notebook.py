"""Jupyter notebooks, read as JSON: Markdown cells as they are, code and its printed output in fences."""

import json
from collections.abc import Iterator
from typing import Any

from ..fences import fence
from ..source import NotesError, Source, split_lines

MAX_CELLS = 20_000


def read(data: bytes, path: str, encoding: str) -> Source:
    try:
        book = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise NotesError("A notebook must be UTF-8.", path=path) from None
    except json.JSONDecodeError as error:
        raise NotesError(f"This is not a notebook: {error.msg}.", path=path, line=error.lineno) from None
    except ValueError as error:  # a number of thousands of digits
        raise NotesError(f"This is not a notebook: {error}.", path=path) from None
    except RecursionError:
        raise NotesError("This is not a notebook: it is nested too deeply.", path=path) from None
    cells = _cells(book)
    if cells is None:
        raise NotesError("This is not a notebook: it has no cells.", path=path)
    language = _language(book)
    parts = [
        part for cell in cells[:MAX_CELLS] if isinstance(cell, dict) for part in _read_cell(cell, language)
    ]
    return Source(split_lines("\n\n".join(parts), path, is_markdown=True))


def _cells(book: Any) -> list[Any] | None:
    if not isinstance(book, dict):
        return None
    cells = book.get("cells")
    if cells is None and isinstance(sheets := book.get("worksheets"), list):  # before version 4
        cells = [
            cell
            for sheet in sheets
            if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
            for cell in sheet["cells"]
        ]
    return cells if isinstance(cells, list) else None


def _language(book: dict[str, Any]) -> str:
    info = book.get("metadata")
    for key in ("language_info", "kernelspec"):
        part = info.get(key) if isinstance(info, dict) else None
        name = (
            (part.get("name") if key == "language_info" else part.get("language"))
            if isinstance(part, dict)
            else None
        )
        if isinstance(name, str) and name.isalnum():
            return name.lower()
    return "python"


def _read_cell(cell: dict[str, Any], language: str) -> Iterator[str]:
    text = _joined(cell.get("source", cell.get("input", "")))
    if not text.strip():
        return
    kind = cell.get("cell_type")
    if kind == "heading" and str(cell.get("level", 1)).isdigit():
        yield f"{'#' * min(int(cell.get('level', 1)), 6)} {text}"
    elif kind == "code":
        yield fence(text.rstrip("\n"), "bash" if text.startswith("%%bash") else language)
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else ():
            if printed := _printed(output):
                yield fence(printed, "text")
    else:
        yield fence(text.rstrip("\n"), "text") if kind == "raw" else text


def _printed(output: Any) -> str:
    if not isinstance(output, dict):
        return ""
    data = output.get("data")
    plain = data.get("text/plain", "") if isinstance(data, dict) else ""
    words = output.get("text") or plain
    if output.get("output_type") == "error":
        words = f"{output.get('ename', '')}: {output.get('evalue', '')}"
    return _joined(words).rstrip("\n")


def _joined(value: Any) -> str:
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""
