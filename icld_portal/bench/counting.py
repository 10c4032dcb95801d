"""Counting the queries of one request, in the very server that is measured."""

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test.utils import CaptureQueriesContext

ASK = "X-Count-Queries"
ANSWER = "X-Queries"


class CountQueries:
    """Tell the number of queries, middleware and savepoints included, to whom asks for it.

    Requests that are timed do not ask, and pay for one look at their headers.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if ASK not in request.headers:
            return self.get_response(request)
        with CaptureQueriesContext(connection) as queries:
            response = self.get_response(request)
        response.headers[ANSWER] = str(len(queries))
        return response
