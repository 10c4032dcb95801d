"""How each letter reaches its reader: by mail at once, in the daily mail, or in the portal alone.

A letter that carries a right or a deadline always goes by mail at once. So does every kind
that is not named here: forgetting one must never keep a decision from somebody.
"""

from collections.abc import Sequence

from icld_portal.models import Delivery, Letter, NoticeChoice, Topic

TOPIC_OF = {
    "message": Topic.MESSAGES,
    "submitted": Topic.CASES,
    "withdrawn": Topic.CASES,
    "mentioned": Topic.COMMENTS,
    "handed_over": Topic.PEOPLE,
}


def settle(letters: Sequence[Letter]) -> None:
    """Give each letter the delivery its reader has chosen, in one query for all of them."""
    open_to_choice = [one for one in letters if one.to_user_id and one.kind in TOPIC_OF]
    if not open_to_choice:
        return
    chosen = NoticeChoice.objects.filter(user__in={one.to_user_id for one in open_to_choice})
    found = {(choice.user_id, choice.topic): choice.delivery for choice in chosen}
    for one in open_to_choice:
        choice = found.get((one.to_user_id or 0, TOPIC_OF[one.kind]))
        one.delivery = choice or Delivery.AT_ONCE
