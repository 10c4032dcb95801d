"""Addresses of the parties."""

from django.urls import include, path

from partnerships.views import acting, checking, invitations, members, parties, register

app_name = "partnerships"

urlpatterns = [
    path("organisations/", parties.organisations, name="organisations"),
    path("organisations/<int:pk>/", parties.organisation, name="organisation"),
    path("partnerships/", parties.partnerships, name="partnerships"),
    path("partnerships/new/", parties.new, name="new"),
    path("partnerships/<int:pk>/", parties.partnership, name="partnership"),
    # The people of an organisation
    path("organisations/<int:pk>/people/", members.members, name="members"),
    path("organisations/<int:pk>/people/invite/", invitations.invite, name="invite"),
    path("organisations/<int:pk>/people/<int:person_pk>/", members.member, name="member"),
    path(
        "organisations/<int:pk>/people/<int:person_pk>/hand-over/",
        members.hand_over,
        name="hand_over",
    ),
    path(
        "organisations/<int:pk>/people/<int:person_pk>/remove/",
        members.remove_member,
        name="remove_member",
    ),
    path(
        "organisations/invitations/<int:pk>/resend/",
        invitations.resend_invitation,
        name="resend_invitation",
    ),
    path(
        "organisations/invitations/<int:pk>/revoke/",
        invitations.revoke_invitation,
        name="revoke_invitation",
    ),
    path("act-for/", acting.act_for, name="act_for"),
    # Public: whoever holds the link of a letter
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    # The register: profiles, added partners, ICLD's check
    path("organisations/<int:pk>/profile/", register.profile, name="profile"),
    path("organisations/add/", register.add_partner, name="add_partner"),
    path("office/organisations/", checking.unchecked, name="unchecked"),
    path("office/organisations/<int:pk>/", checking.check_organisation, name="check_organisation"),
    path(
        "office/organisations/<int:pk>/merge/",
        checking.merge_organisation,
        name="merge_organisation",
    ),
    path(
        "office/organisations/<int:pk>/refuse/",
        checking.refuse_organisation,
        name="refuse_organisation",
    ),
    # Steering groups, their meetings and what they have decided
    path("", include("partnerships.steering_urls")),
    path("", include("partnerships.meeting_urls")),
]
