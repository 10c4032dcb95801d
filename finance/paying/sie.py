"""Vouchers for ICLD's own books: SIE 4I in PC8, one balanced voucher a payment.

Source: SIE-gruppen, SIE filformat, version 4B, ch. 5 and 11.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

# "PC8" of the format is this code page.
CODE_PAGE = "cp437"
# A dimension that the format reserves: projects.
PROJECT = 6
TEXT_MAX_CHARACTERS = 100
# What no letter of the code page is near to.
NEAREST = str.maketrans({"–": "-", "—": "-", "’": "'", "”": "'", "“": "'", "ø": "ö", "Ø": "Ö"})


def vouchers(content: Mapping[str, Any]) -> bytes:
    """Return an import file with one voucher for each payment of an export.

    The cost is debited with the grant's reference as project, the bank credited; each
    voucher adds up to 0.00.
    """
    made_on = date.fromisoformat(content["made_at"][:10])
    lines = [
        "#FLAGGA 0",
        '#PROGRAM "Kommunalt Partnerskap" 1',
        "#FORMAT PC8",
        f"#GEN {_day(made_on)}",
        "#SIETYP 4",
        f"#FNAMN {_quoted(content['payer']['name'])}",
    ]
    titles = {one["reference"]: one["title"] for one in content["payments"]}
    lines += [
        f"#OBJEKT {PROJECT} {_quoted(reference)} {_quoted(titles[reference])}"
        for reference in sorted(titles)
    ]
    pay_on = date.fromisoformat(content["pay_on"])
    for one in content["payments"]:
        lines += _voucher(one, content["books"], pay_on=pay_on)
    return "".join(f"{line}\r\n" for line in lines).encode(CODE_PAGE)


def _voucher(one: Mapping[str, Any], books: Mapping[str, str], *, pay_on: date) -> Iterable[str]:
    amount = Decimal(one["amount"])
    text = _quoted(f"{one['text']} {one['grantee']}")
    project = f"{{{PROJECT} {_quoted(one['reference'])}}}"
    return [
        # The books that read it give the series and the number.
        f'#VER "" "" {_day(pay_on)} {text}',
        "{",
        f"#TRANS {books['cost_account']} {project} {amount:.2f}",
        f"#TRANS {books['bank_account']} {{}} {-amount:.2f}",
        "}",
    ]


def _day(on: date) -> str:
    return on.strftime("%Y%m%d")


def _quoted(text: str) -> str:
    return '"' + written(text)[:TEXT_MAX_CHARACTERS].replace('"', '\\"') + '"'


def written(text: str) -> str:
    """Return ``text`` in letters that the code page has: å ä ö as they are, Š as S."""
    return "".join(_letter(letter) for letter in text.translate(NEAREST))


def _letter(letter: str) -> str:
    for tried in (letter, unicodedata.normalize("NFKD", letter)[:1]):
        if tried.isprintable() and tried != "\\" and _fits(tried):
            return tried
    return " " if letter.isspace() else "?"


def _fits(letter: str) -> bool:
    try:
        letter.encode(CODE_PAGE)
    except UnicodeEncodeError:
        return False
    return True
