"""Check requests to REST, and the stand-in's answers, against GitHub's own description."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from ..stand_in.server import Exchange

FILE = Path(__file__).with_name("github.json")
BASE = "https://api.github.com"
UNDESCRIBED = ("/user/emails",)


@cache
def description() -> OpenAPI:
    return OpenAPI.from_dict(json.loads(FILE.read_text()))


def check(exchange: Exchange) -> None:
    """Raise openapi-core's error if a request or its answer is not as GitHub describes it."""
    if exchange.path in UNDESCRIBED:
        return
    request = mock_request(exchange)
    description().validate_request(request)
    if exchange.status < 400 and exchange.status not in (204, 301):
        kind = exchange.headers["Content-Type"].partition(";")[0]
        answer = MockResponse(exchange.body, exchange.status, dict(exchange.headers), content_type=kind)
        description().validate_response(request, answer)


def mock_request(exchange: Exchange) -> MockRequest:
    query = exchange.target.partition("?")[2]
    # GitHub redirects former names to repositories by ID, which its description leaves out
    path = re.sub(r"^/repositories/[0-9]+", "/repos/owner/name", exchange.path)
    # nor does it say that the name of a ref may have slashes
    path = re.sub(r"(?<=/git/)(refs?)/(.+)", lambda found: f"{found[1]}/{quote(found[2], safe='')}", path)
    body: dict[str, Any] = {}
    if exchange.request_body:
        body = {"data": exchange.request_body, "content_type": "application/json"}
    arguments = dict(pair.split("=", 1) for pair in query.split("&") if pair)
    return MockRequest(
        BASE, exchange.method.lower(), path, args=arguments, headers=exchange.request_headers, **body
    )
