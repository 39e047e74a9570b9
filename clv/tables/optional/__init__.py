"""The optional tables: what a company knows besides purchases, read through the same door."""
