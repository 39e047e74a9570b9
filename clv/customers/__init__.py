"""One row per customer: models fitted, customers valued, segmented, checked against what came."""
