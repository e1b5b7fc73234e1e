"""Load on a page: as many requests as possible (wrk), or one client that waits for each response."""

import http.client
import os
import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from urllib.parse import urlencode, urlsplit

CONNECTIONS = 16
SECONDS = 3


def requests_per_second(address: str, cookie: str = "", script: Path | None = None) -> float:
    """`script` generates the requests in Lua. Raises RuntimeError if a response was an error."""
    own = ["--header", f"Cookie: {cookie}"] if cookie else []
    own += [f"--script={script}"] if script else []
    own += ["--timeout=20s"]  # a slow response is not an error
    argv = ["wrk", "--threads=1", f"--connections={CONNECTIONS}", f"--duration={SECONDS}s", *own, address]
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    return read_rate(said)


def read_rate(said: str) -> float:
    """Return the requests per second that wrk counted. Raises RuntimeError if it also counted errors."""
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if rate is None or re.search(r"Non-2xx|Socket errors", said):
        raise RuntimeError(f"wrk met errors:\n{said}")
    return float(rate[1])


def median_ms(address: str, form: dict[str, str], cookie: str, times: int = 60) -> float:
    """Return the median milliseconds of a posted form, one after the other on one connection."""
    parts = urlsplit(address)
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    took = [_post(connection, parts.path, urlencode(form), headers) for _ in range(times)]
    connection.close()
    return median(took)


def median_poll_ms(address: str, cookie: str, times: int = 50) -> float:
    """Return the median milliseconds of a GET with an empty response, one after the other on one connection."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    took = []
    for _ in range(times):
        started = time.perf_counter()
        connection.request("GET", f"{parts.path}?{parts.query}", headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        took.append((time.perf_counter() - started) * 1000)
        if answer.status != 204:
            raise RuntimeError(f"{parts.path} answered {answer.status}")
    connection.close()
    return median(took)


def _post(connection: http.client.HTTPConnection, path: str, body: str, headers: dict[str, str]) -> float:
    started = time.perf_counter()
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    said = answer.read()
    took = (time.perf_counter() - started) * 1000
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}: {said[:300]!r}")
    return took


def cpu_ms_a_request(address: str, cookie: str, processes: Sequence[int]) -> float:
    """Return the CPU milliseconds that a server's processes need for one request, under load."""
    before = sum(map(_cpu_seconds, processes))
    rate = requests_per_second(address, cookie)
    return (sum(map(_cpu_seconds, processes)) - before) * 1000 / (rate * SECONDS)


def cpu_ms_one_by_one(address: str, cookie: str, processes: Sequence[int], times: int = 60) -> float:
    """Return the same for one client that waits for each response, however busy the machine is."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    for number in range(times + 1):
        if number == 1:  # the first request opens connections that stay open
            before = sum(map(_cpu_seconds, processes))
        connection.request("GET", parts.path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{parts.path} answered {answer.status}")
    connection.close()
    return (sum(map(_cpu_seconds, processes)) - before) * 1000 / times


def _cpu_seconds(pid: int) -> float:
    """Return CPU seconds, including ended children; 0 for a process that has ended, because its parent has them."""
    try:
        spent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    except FileNotFoundError:
        return 0
    return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(pid: int) -> float:
    """Return the peak memory of a process, as the kernel counts it."""
    return _status(pid, "VmHWM")


def megabytes(pid: int) -> float:
    return _status(pid, "VmRSS")


def _status(pid: int, key: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith(f"{key}:"))
    return round(int(line.split()[1]) / 1024, 1)
