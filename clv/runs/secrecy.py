"""The gate before publishing: no secret in any file, and nobody's address on a page for everybody.

A notebook may print what it likes, and an analyst may print the environment. What is known to be
secret here is looked for in every staged file, in each form that a notebook or a page gives it.
"""

from __future__ import annotations

import html
import json
import mmap
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from clv import passwords
from clv.errors import SecretTold

# What the room of pages knows of persons comes with pandas: to mask a text must not wait for it.

# A variable of the environment whose name says that nobody should read its value. The shell's own
# PWD and OLDPWD are folders, and a compass is none.
_SECRET_NAME = re.compile(
    r"PASSWORD|PASSWD|PASSPHRASE|(?<!COM)(?<!BY)PASS$|_PWD$|SECRET|TOKEN$|API_?KEY"
    r"|(PRIVATE|ACCESS|PSEUDONYM|SIGNING|ENCRYPTION)_KEY$",
    re.IGNORECASE,
)
# One whose name may say so: SORT_KEY=customer_id and MAX_TOKENS=10000000 tell nothing.
_MAYBE_SECRET_NAME = re.compile(r"TOKEN|CREDENTIAL|_KEY$|WEBHOOK|^CLV_DELIVER", re.IGNORECASE)
_WORD_OR_NAME = r"(?:[A-Z]?[a-z]{1,20}|[A-Z]{1,20})"
_PLAIN = re.compile(
    rf"/?{_WORD_OR_NAME}(?:[-_ ./]{_WORD_OR_NAME})*[-_ ]?\d{{0,4}}/?|[\d.,:-]+"  # or a number
)
# One that may hold addresses of services, whose tokens stand in the path.
_SERVICES = re.compile(r"WEBHOOK|^CLV_DELIVER|TOKEN|SECRET", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S*:\S*@\S|password\s*=", re.IGNORECASE)
SHORTEST = 8  # signs; a shorter value stands by chance in a page of numbers and words
# A shorter one that is no word and no number is secret where it stands by itself.
_SHORT = re.compile(r"(?=.*[^\W\d_])(?=.*(?:\d|[^\w\s.,:/-])).{5,}")

# user:password@ in an address, as it stands in a file; the example of our own sentences does not.
_LOGIN = re.compile(
    rb"[a-z][a-z0-9+.-]*://(?!user:password@)[^\s/:@'\"<>\\]*:[^\s/'\"<>\\]+@[\w\[]"
)

# The numbers that people are called by: with their country, or as they are written in Turkey.
_PHONE = re.compile(
    r"(?<![\w.+])(?:\+\d(?:[ ()-]{0,2}\d){9,13}|0\d{3} \d{3} \d{2} \d{2})(?![\w.,])"
)
_PICTURE_OR_STYLE = re.compile(r"<style.*?</style>|data:image/[^\"')]*", re.DOTALL)
_WORD = re.compile(r"[^\s<>\"'(),;&]+")

PAGES = "html"
ANALYST = "analyst"


# What is secret -----------------------------------------------------------------------------


def known(named: Iterable[str] = (), environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Every secret that the environment is known to hold, and what to call it.

    A short word, such as a password that reads `orders`, is none: pages are full of words.

    Parameters
    ----------
    named
        Variables that the study names, whose whole value is nobody's business.
    environment
        The variables to look at.

    >>> known([], {"SHOP_DSN": "postgresql://shop:s3cret-word@db/shop", "LANG": "C.UTF-8"})
    {'postgresql://shop:s3cret-word@db/shop': 'SHOP_DSN', 's3cret-word': 'the password in SHOP_DSN'}
    """
    found = {}
    for name, value in environment.items():
        if name not in named and not _is_secret(name, value):
            continue
        found[value] = name
        addresses = [one for one in value.split() if "://" in one]
        found |= dict.fromkeys(addresses, name)
        for address in {value, *addresses}:
            found |= dict.fromkeys(_passwords(address), f"the password in {name}")
        for address in addresses if _SERVICES.search(name) else ():
            tokens = (token for token in _tokens(address) if len(token) >= SHORTEST)
            found |= dict.fromkeys(tokens, f"a part of {name}")
    return {secret: name for secret, name in found.items() if _stands_out(secret)}


def _stands_out(secret: str) -> bool:
    """Whether a secret can be told from the words and numbers of a page.

    >>> [_stands_out(secret) for secret in ("elephants", "abc123", "orders", "123456", "a1")]
    [True, True, False, False, False]
    """
    return len(secret) >= SHORTEST or bool(_SHORT.fullmatch(secret))


def _is_secret(name: str, value: str) -> bool:
    """Whether a variable is nobody's business, by its name or because it holds a password.

    >>> [_is_secret(*of) for of in (("DB_PASS", "elephants"), ("SORT_KEY", "customer_id"))]
    [True, False]
    """
    if _SECRET_NAME.search(name) or _ADDRESS.search(value):
        return True
    return bool(_MAYBE_SECRET_NAME.search(name)) and not _PLAIN.fullmatch(value)


def _tokens(address: str) -> Iterator[str]:
    """What nobody could guess in a service's address; its host and who is written to is no secret.

    >>> list(_tokens("https://hooks.shop.example/services/T0000A1B2/xoxb24Kd9?to=team2024x@b.c"))
    ['T0000A1B2', 'xoxb24Kd9']
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return
    places = parts.netloc.rpartition("@")[2].split(":")
    told = [place for place in places if "." not in place]
    told += [*parts.path.split("/"), *parts.fragment.split("/")]
    told += [pair.partition("=")[2] for pair in parts.query.split("&") if "@" not in pair]
    for part in told:
        if part and not _PLAIN.fullmatch(part):
            yield from dict.fromkeys((part, unquote(part)))


def _passwords(address: str) -> Iterator[str]:
    """The password in an address, as it stands there and as it is meant.

    One that is also a name of the user, the host or the database gives nothing away by itself.
    """
    try:
        parts = urlsplit(address)
        password = parts.password or ""
    except ValueError:
        return
    told = {parts.username, parts.hostname, parts.path.strip("/"), parts.scheme}
    if password and not {password, unquote(password)} & told:
        yield from {password, unquote(password)}


def _named_in(source: Any) -> Iterator[str]:  # noqa: ANN401 -- a study's values, nested as they are
    """The variables that a study names as `env:NAME`, wherever in it."""
    match source:
        case str() if source.startswith("env:"):
            yield source.removeprefix("env:")
        case Mapping():
            for value in source.values():
                yield from _named_in(value)
        case list() | tuple():
            for value in source:
                yield from _named_in(value)


def of_study(study: Mapping[str, Any]) -> dict[str, str]:
    """The secrets that a study, in plain values, could give away."""
    from clv.report import pseudonyms

    scoped = pseudonyms.scoped(study["name"]).values()
    return known(set(_named_in(study))) | dict.fromkeys(scoped, "the key of the pseudonyms")


def masked(text: str) -> str:
    """A text without a password or anything else that the environment is known to hold."""
    for secret in sorted(known(), key=len, reverse=True):
        text = re.sub(_standing(secret), passwords.MASK, text)
    return passwords.masked(text)


# The gate -----------------------------------------------------------------------------------


def gate(report: Path, secrets: Mapping[str, str], ids: Collection[str] = ()) -> None:
    """Raise where a finished report tells what must not be told; it is not echoed.

    Parameters
    ----------
    report
        The folder that is going to be published.
    secrets
        What must not stand in any file, and what to call it.
    ids
        The customers. Those that only one person can have must not stand on a stakeholder's page.
    """
    telling = {form: name for secret, name in secrets.items() for form in _forms(secret)}
    distinct = {known for known in map(str, ids) if _is_distinct(known)}
    for path in sorted(path for path in report.rglob("*") if path.is_file()):
        where = path.relative_to(report)
        what = _secret_in(path, telling)
        if not what and where.parts[0] == PAGES and ANALYST not in where.parts:
            own = report / "notebooks" / f"{path.stem}.ipynb"
            what = _person_on(path.read_text(encoding="utf-8"), distinct, _written(own))
        if what:
            raise SecretTold(
                f"{where.as_posix()} would tell {what}; nothing was published. Find the cell that "
                "shows it, take that out, and run again."
            )


def _forms(secret: str) -> set[bytes]:
    """A secret as a page, a notebook or a table may write it."""
    escaped = {secret, html.escape(secret), secret.replace("&", "&amp;").replace("<", "&lt;")}
    escaped |= {json.dumps(secret, ensure_ascii=ascii)[1:-1] for ascii in (True, False)}
    return {form.encode() for form in {*escaped, secret.replace('"', '""')}}


def _standing(secret: str) -> str:
    r"""The pattern that finds a secret: a short one only by itself, or after an escaped line break.

    >>> [bool(re.search(_standing("abc123"), text)) for text in ("Is it abc123?", "abc1234")]
    [True, False]
    """
    if len(secret) >= SHORTEST:
        return re.escape(secret)
    return rf"(?:(?<![0-9A-Za-z])|(?<=\\[nrt])){re.escape(secret)}(?![0-9A-Za-z])"


def _secret_in(path: Path, telling: Mapping[bytes, str]) -> str:
    """What a file would tell, in words; nothing where it keeps quiet."""
    if not path.stat().st_size:
        return ""
    with path.open("rb") as lines, mmap.mmap(lines.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for form, name in telling.items():
            if content.find(form) >= 0 and re.search(_standing(form.decode()).encode(), content):
                return name
        return "an address with a password" if _LOGIN.search(content) else ""


def _person_on(page: str, ids: Set[str], written: str) -> str:
    """Whom a page names, in words: what its notebook's author wrote there is no data."""
    from clv.report.privacy import E_MAIL

    told = html.unescape(_PICTURE_OR_STYLE.sub("", page))
    kinds = {"an e-mail address": E_MAIL, "a phone number": _PHONE}
    for what, pattern in kinds.items():
        if any(found.group() not in written for found in pattern.finditer(told)):
            return what
    words = {word.strip(".:!?") for word in _WORD.findall(told)} if ids else set()
    return "the id of a customer" if any(known not in written for known in words & ids) else ""


def _written(notebook: Path) -> str:
    """What the author of a notebook has written in it, and no output."""
    if not notebook.is_file():
        return ""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells)


def _is_distinct(known: str) -> bool:
    """Whether an id can be told from the numbers and words of a page.

    >>> [_is_distinct(known) for known in ("00042", "ayse@example.com", "C-1009-77", "customer")]
    [False, True, True, False]
    """
    if len(known) < SHORTEST or any(sign.isspace() for sign in known):
        return False
    figures = sum(sign.isdigit() for sign in known)
    return "@" in known or figures >= len("0532123456") or 4 <= figures < len(known)
