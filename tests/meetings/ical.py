"""Read a calendar with ical.js, a parser that is not the writer's."""

import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.browsing import AXE

NODE_MODULES = AXE.parents[1]
READ = """
import { readFileSync } from "node:fs";
import ICAL from "ical.js";
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const time = (event, name) => event.getFirstPropertyValue(name)?.toJSDate().toISOString() ?? null;
const all = calendar.getAllSubcomponents("vevent").map((event) => ({
  uid: event.getFirstPropertyValue("uid"),
  summary: event.getFirstPropertyValue("summary"),
  description: event.getFirstPropertyValue("description"),
  url: event.getFirstPropertyValue("url"),
  status: event.getFirstPropertyValue("status"),
  sequence: event.getFirstPropertyValue("sequence"),
  starts: time(event, "dtstart"),
  ends: time(event, "dtend"),
}));
console.log(JSON.stringify(all));
"""


def read_calendar(data: bytes) -> list[dict[str, Any]]:
    """Return the events of a calendar. Skips the test if node or ical.js is missing."""
    if not shutil.which("node") or not (NODE_MODULES / "ical.js").exists():
        pytest.skip("ical.js is missing: npm ci in tests/")
    argv = ["node", "--input-type=module", "--eval", READ]
    done = subprocess.run(argv, input=data, capture_output=True, cwd=NODE_MODULES.parent, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)
