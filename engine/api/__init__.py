"""Face: Flask blueprints, one a resource; authentication; problem details."""
