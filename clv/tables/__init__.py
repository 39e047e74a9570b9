"""From a raw file to a typed table with every row accounted for."""
