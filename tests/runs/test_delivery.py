"""Letters sent for real: to a mail server and a web server of the tests' own."""

import email
import os
import shutil
import zipfile
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from click.testing import CliRunner

from clv.cli import main
from clv.errors import NotDelivered, Terminated, UsageError
from clv.runs import delivery, history, index, letter, pruning, publishing

PASSWORD = "correct-horse-battery"
FAULT = {"level": "error", "code": "no-rows", "line": 7, "text": "Of ayse@mail.example."}

# Apprise asks for a module that Python 3.13 has taken away.
pytestmark = [
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning"),
]


class Mailbox:
    """A mail server that keeps what it gets, after a login, but for one recipient."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.letters.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def login(self, _server, _session, _envelope, _mechanism, given):
        return AuthResult(success=given.password == PASSWORD.encode(), handled=False)


@pytest.fixture
def mailbox():
    """A mailbox, and the address that Apprise reaches it at."""
    box = Mailbox()
    options = {"authenticator": box.login, "auth_require_tls": False, "auth_required": True}
    server = Controller(box, hostname="127.0.0.1", port=_free_port(), **options)
    server.start()
    box.url = (
        f"mailto://reports:{PASSWORD}@127.0.0.1:{server.port}"
        "?from=reports@shop.example&to=chief@shop.example"
    )
    yield box
    server.stop()


def _free_port() -> int:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as free:
        return free.server_port


def to(*urls: str) -> list[delivery.Address]:
    return delivery.addresses(["env:TEAM"], {"TEAM": " ".join(urls)})


def parts_of(message: EmailMessage) -> dict[str, str]:
    """The readable parts of a letter, by their kind."""
    return {
        part.get_content_type(): part.get_content()
        for part in message.walk()
        if part.get_content_maintype() == "text" and not part.get_filename()
    }


# By e-mail


def test_a_letter_is_plain_text_and_html_with_the_pages_attached(ended, mailbox):
    said = delivery.deliver(ended(), to(mailbox.url), languages=["en", "tr"])
    assert said == "Sent to 1 of 1: shop: new report as of June 30, 1998"
    (got,) = mailbox.letters
    assert (got["from"], got["to"]) == ("reports@shop.example", "chief@shop.example")
    assert got["subject"] == "shop: new report as of June 30, 1998"
    parts = parts_of(got)
    assert "- Revenue: $1,030 (Likely range: $900 to $1,100); ▲ up 3.0%" in parts["text/plain"]
    assert "<li>" not in parts["text/plain"]
    assert "<b><bdi>$1,030</bdi></b>" in parts["text/html"]
    files = {file.get_filename(): file for file in got.iter_attachments()}
    summaries = ["shop-1998-06-30.en.html", "shop-1998-06-30.tr.html"]
    assert list(files) == [*summaries, "shop-1998-06-30.zip"]
    with zipfile.ZipFile(BytesIO(files["shop-1998-06-30.zip"].get_content())) as archive:
        assert len(archive.namelist()) == 4


def test_nothing_for_analysts_is_attached(ended, mailbox):
    home = ended()
    (home / "latest/html/en/analyst/99_executive_summary.html").write_text("import clv")
    from clv.runs import manifest

    manifest.write(home / "latest", {})
    delivery.deliver(home, to(mailbox.url))
    *_, archive = mailbox.letters[0].iter_attachments()
    with zipfile.ZipFile(BytesIO(archive.get_content())) as pages:
        assert not [name for name in pages.namelist() if "analyst" in name]


@pytest.mark.parametrize(("pages", "files"), [("summary", 1), ("none", 0)])
def test_less_can_be_attached(ended, mailbox, pages, files):
    delivery.deliver(ended(), to(mailbox.url), pages=pages)
    assert len(list(mailbox.letters[0].iter_attachments())) == files


def test_letters_of_other_alphabets_arrive_as_they_were(ended, mailbox):
    fault = {"state": "refused", "exit_code": 3, "messages": [FAULT]}
    delivery.deliver(ended(**fault), to(mailbox.url), languages=["ar", "tr"])
    (got,) = mailbox.letters
    assert got["subject"] == "shop: لا تقرير جديد، فقد رُفض التشغيل الأخير"
    assert "olduğu gibi duruyor" in parts_of(got)["text/plain"]
    assert '<div lang="ar" dir="rtl"' in parts_of(got)["text/html"]
    assert list(got.iter_attachments()) == []
    assert "ayse" not in got.as_string()


# To a webhook


def test_a_webhook_gets_values_and_no_pages(ended, answering):
    with answering(204) as (url, posted):
        delivery.deliver(ended(), to(url))
    (got,) = posted
    assert got.items() >= {"study": "shop", "state": "ok", "run_id": "1998-06-30-3f9a"}.items()
    assert got["headlines"][0]["value"] == 1030.0
    assert got["type"] == "success"
    assert "attachments" not in got
    assert "Call 12 customers & wait." in got["message"]
    assert "<" not in got["message"]
    assert "Attached" not in got["message"]


@pytest.mark.parametrize(
    ("url", "paged"),
    [
        ("mailto://a:b@shop.example", True),
        ("slack://xoxb-1234-1234-4ddbc191d40ee098cbaae6f3523ada2d/#general", True),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general", False),
        ("json://127.0.0.1/hook", False),
        ("workflows://host/workflow/signature", False),
    ],
)
def test_what_takes_no_pages_is_told_of_none(ended, url, paged, monkeypatch):
    sent = []
    monkeypatch.setattr("apprise.Apprise.notify", lambda _, **given: sent.append(given) or True)
    delivery.deliver(ended(), to(url))
    (given,) = sent
    assert ("Attached" in given["body"]) == bool(given["attach"]) == paged


def test_a_redirect_is_not_followed_for_it_may_lead_out_of_the_house(ended, answering):
    with answering(204) as (url, elsewhere):
        target = url.replace("json://", "http://")
        with answering(307, Location=target) as (url, posted), pytest.raises(NotDelivered):
            delivery.deliver(ended(), to(url))
    assert len(posted) == 1
    assert elsewhere == []


# When it fails


@pytest.mark.parametrize("status", [404, 500])
def test_a_refusal_is_told_with_its_reason_and_without_the_address(ended, status, capfd, answering):
    with answering(status) as (url, _):
        with pytest.raises(NotDelivered) as failed:
            delivery.deliver(ended(), to(url))
        assert url.split("/")[2] not in str(failed.value)
    assert "Address 1 in TEAM (json): Failed to send JSON POST notification" in str(failed.value)
    assert f"error={status}." in str(failed.value)
    assert url.rpartition("/")[2] not in str(failed.value) + "".join(capfd.readouterr())


def test_nobody_at_home_is_told_at_once(ended):
    server = f"mailtos://reports:{PASSWORD}@127.0.0.1:{_free_port()}"
    url = f"{server}?from=reports@shop.example&to=chief@shop.example"
    with pytest.raises(NotDelivered, match=r"1 of 1.*\(mailtos\).*Connection refused\.$") as failed:
        delivery.deliver(ended(), to(url))
    assert PASSWORD not in str(failed.value)


def test_a_wrong_password_is_told_without_it(ended, mailbox):
    wrong = mailbox.url.replace(PASSWORD, "wrong-" + PASSWORD)
    with pytest.raises(NotDelivered, match=r"535.*credentials invalid") as failed:
        delivery.deliver(ended(), to(wrong))
    assert PASSWORD not in str(failed.value)
    assert mailbox.letters == []


def test_a_recipient_who_is_unknown_fails_and_the_others_get_theirs(ended, mailbox):
    nobody = mailbox.url.replace("chief", "nobody")
    with pytest.raises(NotDelivered, match="1 of 2 deliveries failed; the report stands"):
        delivery.deliver(ended(), to(nobody, mailbox.url))
    assert [got["to"] for got in mailbox.letters] == ["chief@shop.example"]


def test_a_failed_delivery_leaves_every_file_as_it_was(ended, answering):
    home = ended()
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    with answering(500) as (url, _), pytest.raises(NotDelivered):
        delivery.deliver(home, to(url))
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("url", ["smb://x/y", "mailto://", "reports@shop.example"])
def test_an_address_of_no_kind_stops_all_before_anything_is_sent(ended, mailbox, url):
    with pytest.raises(
        UsageError, match="Address 2 in TEAM is none that Apprise can use"
    ) as failed:
        delivery.deliver(ended(), to(mailbox.url, url))
    assert "shop.example" not in str(failed.value)
    assert mailbox.letters == []


def test_an_address_that_lacks_something_is_told_what_and_not_logged(ended, caplog):
    url = f"mailtos://reports:{PASSWORD}@127.0.0.1?to=chief@shop.example"
    with pytest.raises(UsageError, match="Invalid ~From~ email specified") as failed:
        delivery.deliver(ended(), to(url))
    assert PASSWORD not in str(failed.value) + caplog.text


def test_without_apprise_it_says_what_to_install(ended, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install clv\[deliver\]"):
        delivery.deliver(ended(), to("json://127.0.0.1"))


# As typed


@pytest.fixture
def clv(ended, tmp_path, monkeypatch):
    """Type `clv deliver` where a report of the study stands."""
    monkeypatch.chdir(tmp_path)
    Path("study.yml").write_text("name: shop\ntransactions: orders.csv\n")

    def clv(*arguments, **environment):
        return CliRunner(env=environment).invoke(main, ["deliver", *arguments])

    return clv


def test_the_addresses_stand_in_the_environment_alone(ended, clv, answering):
    ended()
    with answering(204) as (url, posted):
        done = clv(CLV_DELIVER_TO=url)
        assert (done.exit_code, len(posted)) == (0, 1)
        done = clv("--to", "env:CHIEF", "--to", "env:TEAM", CHIEF=url, TEAM=f"{url}\n {url}")
    assert done.output == "Sent to 3 of 3: shop: new report as of June 30, 1998\n"
    assert len(posted) == 4


@pytest.mark.parametrize("typed", [f"mailto://a:{PASSWORD}@b.example", f"env:{PASSWORD}", "TEAM"])
def test_an_address_that_is_typed_is_refused_and_not_repeated(clv, typed):
    done = clv("--to", typed)
    assert done.exit_code == 2
    assert "takes the name of an environment variable" in done.output
    assert PASSWORD not in done.output


def test_a_variable_that_is_not_set_is_named(clv):
    done = clv("--to", "env:TEAM")
    assert done.exit_code == 2
    assert "TEAM is not set or empty" in done.output


def test_a_failure_ends_in_one_sentence_and_with_the_exit_code_of_what_could_not_be_placed(
    ended, clv, answering
):
    ended()
    with answering(500) as (url, _):
        done = clv(CLV_DELIVER_TO=url)
    assert done.exit_code == 5
    assert done.output.count("\n") == 1
    assert done.output.startswith("Error: 1 of 1 deliveries failed")


def test_of_a_report_that_another_run_holds_that_run_tells(ended, clv):
    ended()
    done = clv("--after", "75", CLV_DELIVER_TO="json://127.0.0.1:9")
    assert (done.exit_code, done.output[:12]) == (0, "Nothing sent")


@pytest.mark.parametrize("given", ["rubbish", "256", "-1", "1.0", "SIG", "kill", "²", "0x1"])
def test_an_ending_that_no_run_can_have_raises_no_alarm(ended, clv, answering, given):
    ended()
    with answering(204) as (url, posted):
        done = clv("--after", given, CLV_DELIVER_TO=url)
    assert (done.exit_code, posted) == (2, [])
    assert "`--after` must be an exit code from 0 to 255 or a signal, such as KILL" in done.output


@pytest.mark.parametrize(("given", "told"), [("SIGKILL", "KILL"), ("KILL", "KILL"), ("9", "9")])
def test_a_signal_is_named_as_systemd_or_the_shell_names_it(ended, clv, answering, given, told):
    ended()
    with answering(204) as (url, posted):
        clv("--after", given, CLV_DELIVER_TO=url)
    assert f"without a word ({told})" in posted[0]["message"]


def test_a_run_that_systemd_could_not_begin_is_told(ended, clv, answering):
    ended()
    with answering(204) as (url, posted):
        done = clv("--after", "", CLV_DELIVER_TO=url)
    assert (done.exit_code, posted[0]["state"]) == (0, "failed")


# Once


UNCHANGED = {"level": "info", "code": letter.NOTHING_NEW, "text": ""}
NEW = "shop: new report as of June 30, 1998"


def test_what_has_been_told_is_told_once_where_only_news_is_wanted(ended, clv, answering):
    ended()
    with answering(204) as (url, posted):
        assert clv("--only-new", CLV_DELIVER_TO=url).output == f"Sent to 1 of 1: {NEW}\n"
        again = clv("--only-new", CLV_DELIVER_TO=url)
        assert again.output == f"Nothing sent, for it has been told already: {NEW}\n"
        assert len(posted) == 1
        assert clv(CLV_DELIVER_TO=url).output.startswith("Sent")


def test_a_letter_that_was_lost_is_sent_when_its_server_is_back(ended, clv, answering):
    home = ended()
    with answering(503) as (url, _):
        assert clv("--only-new", CLV_DELIVER_TO=url).exit_code == 5
    _end_again(home)
    with answering(204) as (url, posted):
        assert clv("--only-new", CLV_DELIVER_TO=url).output == f"Sent to 1 of 1: {NEW}\n"
        assert clv("--only-new", CLV_DELIVER_TO=url).output.startswith("Nothing sent")
    (got,) = posted
    assert "A new report is published." in got["message"]
    assert got["messages"] == []


def _end_again(home: Path, **last: object) -> None:
    """What a run leaves that has found itself done."""
    told = publishing.read_json(home / "last_run.json") | {"messages": [UNCHANGED]}
    publishing.write_json(home / "last_run.json", told | last)


def test_only_those_are_told_again_whom_a_letter_has_not_reached(ended, clv, mailbox, answering):
    ended()
    with answering(500) as (url, _):
        failed = clv("--only-new", CLV_DELIVER_TO=f"{mailbox.url} {url}")
    assert "Address 2 in CLV_DELIVER_TO" in failed.output
    with answering(204) as (url, posted):
        done = clv("--only-new", CLV_DELIVER_TO=f"{mailbox.url} {url}")
    assert done.output == f"Sent to 1 of 2, and 1 had been told: {NEW}\n"
    assert (len(mailbox.letters), len(posted)) == (1, 1)


def test_whoever_is_told_in_another_variable_is_told_apart(ended, clv, answering):
    ended()
    with answering(204) as (url, posted):
        clv("--only-new", "--to", "env:CHIEF", CHIEF=url)
        clv("--only-new", "--to", "env:TEAM", TEAM=url)
    assert len(posted) == 2


def test_a_report_that_is_made_anew_is_told_anew(ended, clv, answering):
    home = ended()
    with answering(204) as (url, posted):
        clv("--only-new", CLV_DELIVER_TO=url)
        (home / "latest").unlink()
        shutil.copytree(home / "runs/1998-06-30-3f9a", home / "runs/1998-06-30-3f9a.2")
        (home / "latest").symlink_to("runs/1998-06-30-3f9a.2")
        clv("--only-new", CLV_DELIVER_TO=url)
    assert [got["run_id"] for got in posted] == ["1998-06-30-3f9a", "1998-06-30-3f9a.2"]


def test_trouble_is_told_once_a_day_and_the_report_after_it_not_again(ended, clv, answering):
    home = ended()
    fault = {"state": "refused", "exit_code": 3, "messages": [FAULT]}

    def tell(day: int, **last: object) -> None:
        _end_again(home, **last)
        noon = datetime(2025, 1, day, 12, tzinfo=UTC).timestamp()
        os.utime(home / "last_run.json", (noon, noon))
        clv("--only-new", CLV_DELIVER_TO=url)

    with answering(204) as (url, posted):
        tell(6)
        tell(13, **fault)
        tell(13, **fault)
        tell(13, **fault | {"messages": [FAULT | {"code": "stale"}]})
        tell(20, **fault)
        tell(20, state="ok", exit_code=0, messages=[UNCHANGED])
    told = [(got["state"], [one["code"] for one in got["messages"]]) for got in posted]
    refused = [("refused", [code]) for code in ("no-rows", "stale", "no-rows")]
    assert told == [("ok", []), *refused]


def test_every_run_that_was_killed_is_news(ended, clv, answering):
    ended()
    with answering(204) as (url, posted):
        for _ in range(2):
            clv("--only-new", "--after", "137", CLV_DELIVER_TO=url)
    assert [got["state"] for got in posted] == ["failed", "failed"]


def test_whom_a_killed_delivery_has_reached_is_not_told_again(ended, monkeypatch, answering):
    home, sent = ended(), delivery._sent

    def killed(address, *given):
        if address.name.startswith("Address 2"):
            raise Terminated
        return sent(address, *given)

    with answering(204) as (url, posted):
        monkeypatch.setattr(delivery, "_sent", killed)
        with pytest.raises(Terminated):
            delivery.deliver(home, to(url, url), only_new=True)
        monkeypatch.setattr(delivery, "_sent", sent)
        said = delivery.deliver(home, to(url, url), only_new=True)
    assert said.startswith("Sent to 1 of 2, and 1 had been told")
    assert len(posted) == 2


def test_no_address_is_kept_on_the_disk(ended, clv, answering, tmp_path):
    ended()
    with answering(204) as (url, _):
        clv(CLV_DELIVER_TO=url)
    secret = url.rpartition("/")[2].encode()
    assert [file for file in tmp_path.rglob("*") if file.is_file()]
    assert not [f for f in tmp_path.rglob("*") if f.is_file() and secret in f.read_bytes()]


@pytest.mark.parametrize("status", [204, 500])
def test_where_it_cannot_be_kept_who_was_told_the_letter_goes_and_says_so(
    ended, clv, answering, status
):
    home = ended()
    (home / "delivered.json").mkdir()
    (home / "delivered.json" / "in_the_way").touch()
    with answering(204) as (url, posted), answering(status) as (other, _):
        done = clv(CLV_DELIVER_TO=f"{url} {other}")
    assert done.exit_code == (0 if status == 204 else 5)
    assert f"could not be kept in {Path('reports/shop/delivered.json')} (" in done.output
    assert len(posted) == 1


def test_other_commands_do_not_mind_that_somebody_was_told(ended, clv, answering):
    home = ended()
    before = history.read(home.parent), index.write(home.parent).read_bytes()
    with answering(204) as (url, _):
        clv(CLV_DELIVER_TO=url)
    assert (home / "delivered.json").is_file()
    pruning.prune(home, 1, home / "latest")
    assert (history.read(home.parent), index.write(home.parent).read_bytes()) == before
    assert (home / "delivered.json").is_file()
