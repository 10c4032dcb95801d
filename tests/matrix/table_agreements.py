"""The rows of an agreement: who makes it, who signs it, who sends and answers copies."""

from tests.matrix.rows import Row

READERS = "parties=200 icld=200"

AGREEMENTS = {
    "applications:agreements": Row("/agreements/", get="icld=200"),
    "applications:prepare_agreement": Row(
        "/applications/{case}/agreement/prepare/",
        get={"decided": "officers=200 *=403", "assessed": "officers=302 *=403"},
        post={"decided": "officers=302! *=403", "assessed": "officers=302 *=403"},
        data={"year-1": "2030-01-31", "year-2": "2031-01-31", "final_on": "2032-01-31"},
    ),
    "applications:agreement": Row(
        "/applications/{agreed}/agreement/",
        get=READERS,
        post="swedish-signatory=302! parties=403 icld=403",
        data={
            "sha256": "{agreed_sha256}",
            "organisation": "{robertsfors}",
            "statement": "Ja.",
            "code": "{code}",
        },
    ),
    "applications:cancel_agreement": Row(
        "/applications/{agreed}/agreement/cancel/",
        get="officers=200 icld=403",
        post="officers=302! icld=403",
        data={"reason": "Fel belopp."},
    ),
    "applications:remind_to_sign": Row(
        "/applications/{agreed}/agreement/remind/", post="officers=302! icld=403"
    ),
    "applications:send_copy": Row(
        "/applications/{agreed}/agreement/copies/",
        post="penholders=302! parties=403 officers=302! icld=403",
        data="signed_copy",
    ),
    "applications:agreement_copy": Row(
        "/applications/{agreed}/agreement/copies/{signed_copy}/", get=READERS
    ),
    "applications:answer_copy": Row(
        "/applications/{agreed}/agreement/copies/{signed_copy}/answer/",
        post="officers=302! icld=403",
        data={"answer": "accept"},
    ),
    "applications:agreement_paper": Row(
        "/applications/{agreed}/agreement/1/to-sign/sv/", get="parties=202 icld=202"
    ),
}
