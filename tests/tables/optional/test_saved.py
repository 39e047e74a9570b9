import pandas as pd

from clv.tables.optional import facts, observable, saved

AS_OF = "2024-06-30"


def load_both(tmp_path) -> dict[str, facts.Facts]:
    leads = "lead_id,created_at,customer_id\nL1,2024-03-01 10:30,00012\nL2,no,7\nL3,2024-07-05,7\n"
    (tmp_path / "leads.csv").write_text(leads)
    (tmp_path / "surveys.csv").write_text("customer_id,timestamp,kind,score\n7,2024-03-01,nps,9\n")
    paths = {name: {"source": str(tmp_path / f"{name}.csv")} for name in ("leads", "surveys")}
    return facts.load_all(paths, as_of=AS_OF, max_faulty=0.5)


def test_what_is_saved_comes_back_whole(tmp_path):
    before = load_both(tmp_path)
    saved.save(before, tmp_path / "kept")
    after = saved.read(tmp_path / "kept")
    assert list(after) == ["leads", "surveys"]
    for name, own in before.items():
        pd.testing.assert_frame_equal(after[name].frame(), own.frame())
        pd.testing.assert_frame_equal(after[name].account, own.account)
        pd.testing.assert_frame_equal(after[name].quarantine, own.quarantine)
        for fact in ("name", "as_of", "source", "rows", "messages", "input_hashes"):
            assert getattr(after[name], fact) == getattr(own, fact)
    pd.testing.assert_frame_equal(observable.table(after), observable.table(before))


def test_a_study_without_optional_tables_gives_none_back(tmp_path):
    saved.save({}, tmp_path)
    assert saved.read(tmp_path) == {}
