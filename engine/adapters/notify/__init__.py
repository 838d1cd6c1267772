"""Ways to a person, one a file."""
