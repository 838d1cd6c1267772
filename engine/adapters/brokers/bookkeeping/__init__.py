"""What a broker adapter keeps of its own orders: their names there, what was told of them, when to look again."""
