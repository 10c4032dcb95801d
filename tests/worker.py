"""The worker, run by a test until nothing is left to do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from procrastinate.contrib.django import app


def work(*queues: str) -> None:
    """Run every waiting job, of ``queues`` if any are named.

    Every other minute the worker also queues the upkeep; naming queues leaves it waiting.
    """
    apart(lambda: _work(queues))


def apart(deed: Callable[[], object]) -> None:
    """Run ``deed`` in a thread; after a browser test this one has an event loop already."""

    def run() -> None:
        try:
            deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


def _work(queues: tuple[str, ...]) -> None:
    with app.replace_connector(app.connector.get_worker_connector()) as working:
        working.run_worker(
            queues=list(queues) or None,
            wait=False,
            install_signal_handlers=False,
            listen_notify=False,
        )
