"""Searching parameters, and what the search's best is worth: space, workers, plateaus, walk-forward, the page."""
