"""Every address of the portal with its methods and its policy, read from the resolver."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admindocs.utils import replace_named_groups
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

from icld_portal.access import policy_of

# Anchors and escapes of a regular expression say nothing to a reader.
REGEX_SIGNS = re.compile(r"[\^$?]|\\[AZ]|\\(?=[./-])")


@dataclass(frozen=True)
class Route:
    """One address: ``path`` with its <parts>, ``policy`` None when nobody declared one."""

    name: str
    path: str
    methods: tuple[str, ...]
    policy: str | None


def routes(urlconf: str | None = None) -> list[Route]:
    """Return every route, in the order in which Django tries them."""
    return list(_walk(get_resolver(urlconf).url_patterns, "/", ()))


def _walk(
    patterns: list[URLPattern | URLResolver], prefix: str, namespaces: tuple[str, ...]
) -> Iterator[Route]:
    for pattern in patterns:
        path = prefix + _readable(pattern)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, path, inner)
        else:
            yield _route(pattern, path, namespaces)


def _route(pattern: URLPattern, path: str, namespaces: tuple[str, ...]) -> Route:
    name = ":".join([*namespaces, pattern.name or ""])
    policy = policy_of(pattern.callback, name)
    return Route(name, path, methods_of(pattern.callback), policy.name if policy else None)


def _readable(pattern: URLPattern | URLResolver) -> str:
    text = str(pattern.pattern)
    if isinstance(pattern.pattern, RegexPattern):
        return REGEX_SIGNS.sub("", replace_named_groups(text))
    return text


def methods_of(view: Callable[..., Any]) -> tuple[str, ...]:
    """Return the methods a view takes: as declared, or those its class has; () if unknown."""
    declared: tuple[str, ...] = getattr(view, "methods", ())
    if declared or not (view_class := getattr(view, "view_class", None)):
        return declared
    taken = {name for name in view_class.http_method_names if hasattr(view_class, name)}
    return tuple(sorted(name.upper() for name in taken - {"options"}))
