"""A loopback Coinbase Advanced Trade in a process of its own: REST, both sockets, a scripted clock and faults."""
