"""Letters sent: by e-mail, to a webhook or to a chat, through Apprise.

An address holds a password or a token, so it stands in an environment variable, and only the name
of that is ever typed, told or written. What has been published stays as it is, whatever becomes of
a letter.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from clv import passwords
from clv.errors import AnotherRunHolds, BadParameter, NotDelivered, UsageError
from clv.runs import attachments, letter, receipts
from clv.runs.letter import Letter

if TYPE_CHECKING:
    from apprise import Apprise, AppriseAsset

NAMED = "env:"
DEFAULT = f"{NAMED}CLV_DELIVER_TO"
WEBHOOKS = ("json", "jsons")  # Apprise's name for a POST of JSON: they get values, and no pages
HIGHEST = 255  # of the exit codes
SHORTEST = 4  # signs of an address's part that is masked where Apprise repeats it

_PARTS = re.compile(r"[/:@?&=,;+#\s]+")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a letter goes, and how that is called without giving it away."""

    url: str = field(repr=False)
    name: str

    @property
    def scheme(self) -> str:
        """What kind of service it is: mailtos, jsons, slack and so on."""
        return self.url.partition("://")[0].lower()


def addresses(named: Sequence[str], environment: Mapping[str, str] = os.environ) -> list[Address]:
    """The addresses in environment variables, each of which may hold several, between blanks.

    >>> addresses(["env:TEAM"], {"TEAM": "mailtos://user:password@shop.example"})
    [Address(name='Address 1 in TEAM')]
    """
    found = []
    for name in named:
        variable = name.removeprefix(NAMED)
        if variable == name or not variable.isidentifier():
            raise UsageError(
                f"--to takes the name of an environment variable, such as {DEFAULT}. An address "
                "holds a secret, which others could read in the list of processes."
            )
        urls = environment.get(variable, "").split()
        if not urls:
            raise UsageError(
                f"The environment variable {variable} is not set or empty. Let it hold the "
                "addresses, such as mailtos://user:password@host?to=name@host or jsons://host/path."
            )
        found += [Address(url, f"Address {n} in {variable}") for n, url in enumerate(urls, 1)]
    return found


def ended(after: str | None) -> str | None:
    """An exit code or a signal's name as it is compared; anything else is refused.

    >>> ended("075"), ended("SIGKILL"), ended("KILL")
    ('75', 'KILL', 'KILL')
    """
    if not after:  # systemd names nothing where the run could not begin
        return after
    if re.fullmatch("[0-9]{1,3}", after) and int(after) <= HIGHEST:
        return str(int(after))
    name = after.removeprefix("SIG")
    if f"SIG{name}" in signal.Signals.__members__:
        return name
    allowed = f"an exit code from 0 to {HIGHEST} or a signal, such as KILL"
    raise BadParameter.from_value("--after", after, allowed)


def deliver(
    home: Path,
    to: Sequence[Address],
    *,
    languages: Sequence[str] = (),
    pages: str = "all",
    after: str | None = None,
    only_new: bool = False,
) -> str:
    """Tell the addresses of the last run in a folder of reports; says what has been done.

    `languages`, `pages` and `after`: as in `letter.compose`. With `only_new` nobody is told what
    they have been told before.
    """
    after = ended(after)
    if after == str(AnotherRunHolds.exit_code):
        return "Nothing sent: the run that holds the report is told of when it ends."
    told = letter.compose(home, languages=languages, pages=pages, after=after, as_news=only_new)
    due = [one for one in to if not (only_new and receipts.has(home, one.name, told.tells))]
    if not due:
        return f"Nothing sent, for it has been told already: {told.subject}"
    unkept = send(told, due, home)
    known = f", and {len(to) - len(due)} had been told" if due != to else ""
    return f"Sent to {len(due)} of {len(to)}{known}: {told.subject}{unkept}"


def send(told: Letter, to: Sequence[Address], home: Path) -> str:
    """Send a letter to every address, also where one of them fails, and keep whom it has reached.

    Returns
    -------
    str
        A sentence where that could not be kept.

    Raises
    ------
    UsageError
        Apprise is not installed, or knows no such address; nothing was sent.
    NotDelivered
        Some did not get it; says which and why, without the address.
    """
    if not importlib.util.find_spec("apprise"):
        raise UsageError("`clv deliver` needs Apprise, which is not here: pip install clv[deliver]")
    services = [_service(address, told) for address in to]
    failures, unkept = [], ""
    with tempfile.TemporaryDirectory(prefix="clv-") as folder:
        files = _attached(told, Path(folder))
        for address, service in zip(to, services, strict=True):
            if failure := _sent(address, service, told, files):
                failures.append(failure)
            else:  # kept at once: what comes after it may be killed
                unkept = _keep(home, address, told) or unkept
    if failures:
        raise NotDelivered(
            f"{len(failures)} of {len(to)} deliveries failed; the report stands as it was. "
            f"{' '.join(failures)}{unkept}"
        )
    return unkept


def _keep(home: Path, address: Address, told: Letter) -> str:
    """Keep that an address has been told; why not, in a sentence, or nothing."""
    try:
        receipts.keep(home, address.name, told.tells)
    except OSError as error:
        return (
            f" This could not be kept in {home / receipts.NAME} ({error.strerror or error}), so "
            "that `clv deliver --only-new` would send it again."
        )
    return ""


def _attached(told: Letter, folder: Path) -> list[str]:
    """The pages that go with a letter, as files."""
    if told.run is None or told.pages == "none":
        return []
    name = f"{told.data['study']}-{told.data['as_of']}"
    every = told.pages == "all"
    files = attachments.pack(told.run, folder, name, told.languages, told.files, every=every)
    return [str(path) for path in files]


def _service(address: Address, told: Letter) -> Apprise:
    """What sends to an address."""
    from apprise import Apprise
    from apprise.plugins import url_to_dict

    service = Apprise(asset=_asset())
    with _overheard() as said:
        parts = url_to_dict(address.url)
        if parts and address.scheme in WEBHOOKS:
            # Without a name for its attachments Apprise leaves them out: these are values alone.
            values = {**parts["payload"], **told.data, "attachments": ""}
            parts |= {"format": "text", "payload": values}
        known = parts and service.add(parts)
    if not known:
        raise UsageError(
            f"{address.name} is none that Apprise can use, so nothing was sent."
            f"{_reasons(address, said)} Write mailtos://…, jsons://…, slack://… and the like."
        )
    return service


def _asset() -> AppriseAsset:
    """How Apprise behaves: it speaks as us, follows nobody elsewhere and keeps nothing."""
    from apprise import AppriseAsset, PersistentStoreMode

    return AppriseAsset(
        app_id="clv",
        app_desc="clv",
        app_url="",
        http_redirects=False,
        storage_mode=PersistentStoreMode.MEMORY,
    )


def _sent(address: Address, service: Apprise, told: Letter, files: Sequence[str]) -> str:
    """Send to one address; why that failed, in a sentence, or nothing."""
    from apprise import NotifyFormat, NotifyType

    paged = _takes_pages(address, service)
    with _overheard() as said:
        done = service.notify(
            body=told.html if paged else told.alone,
            title=told.subject,
            body_format=NotifyFormat.HTML,
            notify_type=NotifyType(told.kind),
            attach=list(files) if paged else None,
        )
    if done:
        return ""
    why = _reasons(address, said) or f" {done.status.name.capitalize()}."
    return f"{address.name} ({address.scheme}):{why}"


def _takes_pages(address: Address, service: Apprise) -> bool:
    """Whether a letter's pages can go where it goes; a chat's webhook takes words alone."""
    if address.scheme in WEBHOOKS:
        return False
    (plugin,) = service
    by_webhook = "hook" in str(getattr(plugin, "mode", ""))  # as Slack and Mattermost have both
    return plugin.attachment_support and not by_webhook


class _Ear(logging.Handler):
    """Hears what went wrong: warnings, and the last words of the exception behind them."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno == logging.WARNING:  # its errors repeat whole addresses
            self.said.append(text)
        elif text.startswith("Socket Exception: "):
            last = text.rpartition(": ")[2]
            whole = last.count("(") == last.count(")")
            self.said.append(last if whole else last.rstrip("()\"'"))


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """What Apprise logs of its trouble; nobody else hears it, for it may repeat an address."""
    log, ear = logging.getLogger("apprise"), _Ear()
    before = log.level, log.propagate
    log.setLevel(logging.DEBUG)
    log.propagate = False
    log.addHandler(ear)
    try:
        yield ear.said
    finally:
        log.removeHandler(ear)
        log.setLevel(before[0])
        log.propagate = before[1]


def _reasons(address: Address, said: Sequence[str]) -> str:
    """What Apprise warned of, each thing once, without the address."""
    return "".join(f" {_without(address.url, one).rstrip('.')}." for one in dict.fromkeys(said))


def _without(url: str, text: str) -> str:
    """A text without any part of an address: every one of them may be a token.

    >>> _without("jsons://hook.example/T0KEN?x=1", "Got 404 from hook.example/T0KEN.")
    'Got 404 from …/….'
    """
    parts = {part for part in _PARTS.split(url.partition("://")[2]) if len(part) >= SHORTEST}
    for part in sorted(parts | {unquote(part) for part in parts}, key=len, reverse=True):
        text = text.replace(part, passwords.MASK)
    return text
