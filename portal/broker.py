"""Send messages to the workers: once, without waiting long."""

import logging
import time
from typing import Any

from celery import Signature, Task, current_app
from kombu.pools import producers

logger = logging.getLogger(__name__)

ONCE = {"max_retries": 0, "socket_timeout": 2, "socket_connect_timeout": 2}
REST_SECONDS = 10  # after a broker did not answer, so that not every push waits for it


class _Broker:
    """Pause after a broker failure; no message is sent before it ends."""

    rests_until = 0.0


def send(task: Task | Signature, **arguments: Any) -> bool:
    """Return False if the broker did not take it. A signature names a task whose module is not imported here."""
    if time.monotonic() < _Broker.rests_until:
        return False
    try:
        # Kept open: a new connection per push, with its handshake, took longer than the receipt.
        kept = producers[current_app.connection_for_write(transport_options=ONCE)]
        with kept.acquire(block=True, timeout=ONCE["socket_timeout"]) as producer:
            task.apply_async(kwargs=arguments, producer=producer, retry=False)
    except Exception as error:  # whatever a broker's client raises, the request is in the table already
        _Broker.rests_until = time.monotonic() + REST_SECONDS
        logger.warning("cannot reach the broker; the reaper will wake a worker: %s", error)
        return False
    return True
