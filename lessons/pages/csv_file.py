"""Files for spreadsheets."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from django.http import HttpResponse

# A spreadsheet runs a cell that starts with one of these. Blanks before them do not protect.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
Cell = str | int | float | None


def csv_response(name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """Return a CSV file in UTF-8 to download. A text that a spreadsheet would run gets an apostrophe before it."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([_plain(head) for head in heads])
    writer.writerows([[_plain(cell) for cell in row] for row in rows])
    response = HttpResponse(
        "\ufeff" + text.getvalue(), content_type="text/csv"
    )  # the mark tells Excel the encoding
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _plain(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell
