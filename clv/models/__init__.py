"""Pure mathematics on arrays: numpy and scipy.special, no tables, no dates, no disk."""
