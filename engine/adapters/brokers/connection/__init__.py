"""Reaching a broker by HTTP and sockets, whoever it is: the wire, its limits, whom to trust, where it may be."""
