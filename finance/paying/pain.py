"""The order to the bank: ISO 20022 pain.001.001.03, one credit transfer a payment.

A bankgiro and a plusgiro are named by their proprietary scheme (BGNR, PGNR), an account
by IBAN with BIC, as Swedish banks agree. Which of it a bank asks for more stands in its
own guide.
"""

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET  # It writes, and reads nothing.

from finance.models import AccountKind

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"
SCHEMES = {AccountKind.BANKGIRO: "BGNR", AccountKind.PLUSGIRO: "PGNR"}
# The clearing number that stands for Bankgirot itself.
BANKGIRO_CLEARING = "9900"
NAME_MAX_CHARACTERS = 70
TEXT_MAX_CHARACTERS = 140
REFUSED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd]")


def credit_transfer(content: Mapping[str, Any]) -> bytes:
    """Return the file of an export. Its MsgId is the export's own, so a bank that is sent
    the same file twice refuses the second."""
    document = ET.Element("Document", xmlns=NAMESPACE)
    root = _add(document, "CstmrCdtTrfInitn")
    name, payments = content["payer"]["name"], content["payments"]
    message = f"KP-UTB-{content['number']:06d}"
    header = _add(root, "GrpHdr")
    _add(header, "MsgId", message)
    _add(header, "CreDtTm", content["made_at"][:19])
    _add(header, "NbOfTxs", str(len(payments)))
    _add(header, "CtrlSum", content["total"])
    _add(_add(header, "InitgPty"), "Nm", _name(name))
    batch = _add(root, "PmtInf")
    _add(batch, "PmtInfId", message)
    _add(batch, "PmtMtd", "TRF")
    _add(batch, "BtchBookg", "false")
    _add(batch, "NbOfTxs", str(len(payments)))
    _add(batch, "CtrlSum", content["total"])
    _add(_add(_add(batch, "PmtTpInf"), "SvcLvl"), "Cd", "NURG")
    _add(batch, "ReqdExctnDt", content["pay_on"])
    _add(_add(batch, "Dbtr"), "Nm", _name(name))
    _account(_add(batch, "DbtrAcct"), content["payer"], currency="SEK")
    _agent(_add(batch, "DbtrAgt"), content["payer"])
    for one in payments:
        _transfer(batch, one)
    written: bytes = ET.tostring(document, encoding="UTF-8", xml_declaration=True)
    return written


def _transfer(batch: ET.Element, one: Mapping[str, Any]) -> None:
    transfer = _add(batch, "CdtTrfTxInf")
    _add(_add(transfer, "PmtId"), "EndToEndId", one["end_to_end"])
    amount = _add(_add(transfer, "Amt"), "InstdAmt", one["amount"])
    amount.set("Ccy", "SEK")
    if one["kind"] != AccountKind.PLUSGIRO:
        _agent(_add(transfer, "CdtrAgt"), one)
    _add(_add(transfer, "Cdtr"), "Nm", _name(one["holder"]))
    _account(_add(transfer, "CdtrAcct"), one)
    text = _clean(f"{one['text']} {one['title']}")[:TEXT_MAX_CHARACTERS]
    _add(_add(transfer, "RmtInf"), "Ustrd", text)


def _account(account: ET.Element, of: Mapping[str, Any], *, currency: str = "") -> None:
    number = _add(account, "Id")
    if of["kind"] == AccountKind.IBAN:
        _add(number, "IBAN", of["account"])
    else:
        other = _add(number, "Othr")
        _add(other, "Id", of["account"])
        _add(_add(other, "SchmeNm"), "Prtry", SCHEMES[AccountKind(of["kind"])])
    if currency:
        _add(account, "Ccy", currency)


def _agent(agent: ET.Element, of: Mapping[str, Any]) -> None:
    institution = _add(agent, "FinInstnId")
    if of["bic"]:
        _add(institution, "BIC", of["bic"])
    elif of["kind"] == AccountKind.BANKGIRO:
        member = _add(institution, "ClrSysMmbId")
        _add(_add(member, "ClrSysId"), "Cd", "SESBA")
        _add(member, "MmbId", BANKGIRO_CLEARING)
    else:
        _add(_add(institution, "Othr"), "Id", "NOTPROVIDED")


def _name(text: str) -> str:
    return _clean(text)[:NAME_MAX_CHARACTERS]


def _clean(text: str) -> str:
    return " ".join(REFUSED.sub(" ", text).split())


def _add(parent: ET.Element, tag: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, tag)
    child.text = text
    return child
