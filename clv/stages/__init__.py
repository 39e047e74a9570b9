"""Where each customer stands in the lifecycle, by rules whose thresholds are learned."""
