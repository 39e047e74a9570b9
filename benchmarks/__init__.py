"""Measurements of the package: beside its peers, and against cohorts whose truth is known."""
