"""The same steps, by each package in its own documented way: a table in, a few facts out.

A step is a function of a customer table (frequency, recency and T in days, monetary_value, NaN
without a repeat purchase) and returns numbers by which the answers can be compared. Packages are
imported before the clock starts.
"""

# All predictions are of the same customers by the same parameters, in days: CDNOW's in the papers.
PURCHASES = {"r": 0.243, "alpha": 7 * 4.414, "a": 0.793, "b": 2.426}
SPEND = {"p": 6.25, "q": 3.74, "v": 15.44}
MONTHS, DAYS_A_MONTH = 12, 30  # what lifetimes takes for a month
ANNUAL_DISCOUNT_RATE = 0.10
MONTHLY_DISCOUNT_RATE = (1 + ANNUAL_DISCOUNT_RATE) ** (DAYS_A_MONTH / 365.25) - 1
