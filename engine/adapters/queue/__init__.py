"""The journal on local disk."""
