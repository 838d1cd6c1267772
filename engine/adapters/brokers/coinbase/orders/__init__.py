"""Orders at Coinbase: words and rows of its books, the user socket, the venue itself."""
