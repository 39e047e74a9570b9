"""Delivery: the only floor that executes notebooks and publishes files."""
