"""Whom to watch, what to do in each stage, and whether it worked."""
