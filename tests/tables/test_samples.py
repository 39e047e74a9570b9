import subprocess
import sys

import pytest

from clv import study_sources
from clv.errors import SourceUnreadable
from clv.tables import samples


def test_the_samples_are_found_without_importing_their_package():
    code = (
        "import sys; from clv.tables.samples import SAMPLES\n"
        "for sample in SAMPLES.values(): assert sample.path.is_file()\n"
        "assert 'lifetimes' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_column_of_a_sample_is_text():
    rows = samples.SAMPLES["cdnow"].read()
    assert rows.iloc[0].tolist() == ["00001", "19970101", "1", "11.77"]


def test_a_sample_that_is_not_installed_is_told_how_to_get(monkeypatch):
    monkeypatch.setattr(samples, "find_spec", lambda _: None)
    with pytest.raises(SourceUnreadable, match="pip install lifetimes"):
        samples.SAMPLES["cdnow"].read()


def test_a_study_knows_the_samples_by_name():
    assert tuple(samples.SAMPLES) == study_sources.SAMPLES
