"""Default deny: a route without a declared policy answers nobody.

Every view is wrapped by exactly one policy below; the middleware asks it before the view
runs, and ``manage.py list_routes`` prints it. Policies say *who may knock*; what each
person then sees is decided by ``visible_to(user)`` and the ``rules`` of each app.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from icld_portal import kept_forms

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True)
class Policy:
    """Who may call a route: a name for people, and a test of the signed-in user."""

    name: str
    allows: Callable[[Any], bool] = lambda user: True
    public: bool = False
    second_factor: bool = False
    # On pages that parties and ICLD share, ICLD's people still need their second factor.
    second_factor_for: Callable[[Any], bool] = lambda user: False

    def __call__(self, view: View) -> View:
        """Declare this policy for ``view``; usable as a decorator."""
        view.policy = self  # type: ignore[attr-defined]
        return view


PUBLIC = Policy("public", public=True)
SIGNED_IN = Policy("signed in")
PARTIES_AND_OFFICE = Policy(
    "parties and office", second_factor_for=lambda user: user.works_for_icld
)
OFFICE = Policy("office", lambda user: user.office, second_factor=True)
ASSESSORS = Policy(
    "office and external assessors", lambda user: user.works_for_icld, second_factor=True
)
OFFICE_ADMINISTRATORS = Policy(
    "office administrators", lambda user: user.is_office_administrator, second_factor=True
)
CASE_KEEPERS = Policy(
    "programme officers and office administrators",
    lambda user: user.is_officer or user.is_office_administrator,
    second_factor=True,
)
CLOSED = Policy("closed", lambda user: False)

# Views of other packages carry no decorator of ours; each is named here, by url name.
FOREIGN_POLICIES: dict[str, Policy] = {
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "account_inactive": PUBLIC,
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    # Nobody signs up, changes address or signs in by a mailed code alone.
    "account_signup": CLOSED,
    "account_email": CLOSED,
    "account_email_verification_sent": CLOSED,
    "account_confirm_email": CLOSED,
    "account_confirm_login_code": CLOSED,
    "account_set_password": CLOSED,
    "mfa_authenticate": PUBLIC,
    "mfa_trust": PUBLIC,
    "mfa_login_webauthn": PUBLIC,
    "mfa_signup_webauthn": PUBLIC,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
}


def _answers_to(*methods: str) -> Callable[[View], View]:
    """Return a decorator that refuses other methods and tells ``list_routes`` which it takes."""

    def declare(view: View) -> View:
        guarded = require_http_methods([*methods])(view)
        guarded.methods = methods  # type: ignore[attr-defined]
        return guarded

    return declare


get_only = _answers_to("GET", "HEAD")
post_only = _answers_to("POST")
get_or_post = _answers_to("GET", "HEAD", "POST")


def policy_of(view: Callable[..., Any], view_name: str | None) -> Policy | None:
    """Return the policy declared for a view, or for the name of a foreign route."""
    return getattr(view, "policy", None) or FOREIGN_POLICIES.get(view_name or "")


class StampArrival:
    """Note when the request reached us, before any slow work (``request.received_at``).

    An application has arrived when it reached the server, not when it was processed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.received_at = timezone.now()  # type: ignore[attr-defined]
        return self.get_response(request)


class KeepPrivate:
    """Let no cache between us and a person keep a page; their own browser asks again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class DefaultDeny(LoginRequiredMiddleware):
    """Ask the route's policy before its view runs; without a policy nobody passes."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Return None to let the request pass, else the way to sign in or to a second factor."""
        match = request.resolver_match
        policy = policy_of(view_func, match.view_name if match else None)
        if policy is None:
            raise PermissionDenied("This route declares no policy.")
        if policy.public:
            return None
        if not request.user.is_authenticated:
            if wants_data(request):
                return JsonResponse({"state": "signed_out"}, status=401)
            if kept_forms.keep(request):
                messages.warning(request, _("You had been signed out. Sign in: your text is kept."))
            return self.handle_no_permission(request, view_func)
        if not policy.allows(request.user):
            raise PermissionDenied
        needed = policy.second_factor or policy.second_factor_for(request.user)
        if needed and not passed_second_factor(request):
            messages.warning(request, _("Your role needs a second factor. Set one up here first."))
            return redirect("mfa_index")
        return None


def wants_data(request: HttpRequest) -> bool:
    """Return whether a script of ours asks, which a page of text would not help."""
    return not request.accepts("text/html")


def passed_second_factor(request: HttpRequest) -> bool:
    """Return whether this session was opened with a second factor."""
    records = request.session.get("account_authentication_methods", [])
    return any(record.get("method") == "mfa" for record in records)
