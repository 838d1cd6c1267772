"""Firestore: documents, encoding, commits, control plane, leases."""
