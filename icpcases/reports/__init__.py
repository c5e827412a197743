"""The board's figures: queries, cache, metrics, drill-down."""
