"""The HTTP face, on the in-memory twin of Firestore and, where the sign-in matters, on the emulators."""
