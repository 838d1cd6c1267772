"""The practice venue: an exchange in a process of its own, with switches for what goes wrong at real ones."""
