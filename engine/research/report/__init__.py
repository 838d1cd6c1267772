"""A run as one HTML page that needs nothing else: no network, no library, light and dark, desk and phone."""
