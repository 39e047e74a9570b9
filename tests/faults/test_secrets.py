"""What nobody must read is published nowhere and said by nobody, not even in the error."""

import pytest

pytestmark = pytest.mark.slow

PASSWORD = 's3cr&t"wörd'
ADDRESS = "postgresql://shop:s3cr&t%22w%C3%B6rd@db.example/shop"
KEY = "a-key-that-nobody-may-know"


@pytest.mark.parametrize(
    ("cell", "secret"),
    [
        ("import os; print(os.environ['SHOP_DSN'])", ADDRESS),
        ("import os; os.environ", ADDRESS),
        (f"print({PASSWORD!r}.encode().decode())", PASSWORD),
        ("import os; print(os.environ['DEPLOY_TOKEN'])", KEY),
        ("import os; print(os.environ['CLV_PSEUDONYM_KEY'])", "CLV_PSEUDONYM_KEY"),
        ("print('https://somebody:else@example.com/')", "somebody:else"),
    ],
    ids=["address", "environment", "password", "token", "scoped key", "another's password"],
)
def test_a_notebook_that_prints_a_secret_publishes_nothing(shop, cell, secret):
    before, latest = shop.contents(), shop.latest
    shop.add("10_tells", "pass", cell)
    env = {"SHOP_DSN": ADDRESS, "DEPLOY_TOKEN": KEY, "CLV_PSEUDONYM_KEY": "a-key-of-pseudonyms"}
    ended = shop.run_warm("--only", "10", env=env, kernels=True)
    assert ended.code == 1, ended.said
    assert "10_tells" in ended.said
    assert "nothing was published" in ended.said
    shop.is_as_it_was(before, latest)
    assert shop.last_run["messages"][-1]["code"] == "secret-told"
    said = ended.said + (shop.home / "last_run.json").read_text(encoding="utf-8")
    assert secret not in said or secret == "CLV_PSEUDONYM_KEY"


def test_an_error_that_holds_a_secret_does_not_tell_it(shop):
    shop.add(
        "10_tells", "import os", "raise RuntimeError('no answer from ' + os.environ['SHOP_DSN'])"
    )
    ended = shop.run_warm("--only", "10", env={"SHOP_DSN": ADDRESS}, kernels=True)
    assert ended.code == 1
    assert "no answer from" in ended.said
    said = ended.said + (shop.home / "last_run.json").read_text(encoding="utf-8")
    assert "s3cr" not in said
