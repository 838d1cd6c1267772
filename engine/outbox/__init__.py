"""The durable way out: how a record is encoded, when a failed write is repeated, what is sent in which order."""
