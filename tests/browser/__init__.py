"""The dashboard in a real browser, on seeded documents. Fed by tests/conftest.py's emulators and web/dist."""
