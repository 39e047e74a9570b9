from clv.tables.optional import facts

AS_OF = "2024-06-30"


def test_a_payment_before_it_is_due_is_told_and_kept(written):
    path = written(
        "customer_id,due_at,paid_at", "a,2024-01-31,2024-01-05", "a,2024-01-31,2024-02-05"
    )
    found = facts.load("payments", path, as_of=AS_OF)
    assert found.rows["accepted"] == 2
    (message,) = found.messages
    assert (message.level, message.code) == ("info", "paid-at-before-due-at")
    assert "In 1 row `paid_at` is before `due_at`" in message.text


def test_a_word_without_a_meaning_is_told_with_the_nearest_one(written):
    path = written(
        "customer_id,timestamp,type",
        *["a,2024-01-05,email_opened"] * 2,
        "a,2024-01-05,Visit",
        *(f"a,2024-01-05,x{i}" for i in range(3)),
    )
    found = facts.load("touchpoints", path, as_of=AS_OF)
    (message,) = found.messages
    assert "'email_opened' in 2 rows. Did you mean `email_open`?" in message.text
    assert "and 1 more" in message.text
    assert found.rows["accepted"] == 6
