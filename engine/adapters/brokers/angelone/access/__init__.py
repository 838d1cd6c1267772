"""Reaching Angel One: the contained SDK, the session and its tokens, the rate budget, the registered address."""
