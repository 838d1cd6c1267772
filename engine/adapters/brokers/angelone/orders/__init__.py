"""Orders at Angel One: words and rows of its books, the order stream, the venue itself."""
