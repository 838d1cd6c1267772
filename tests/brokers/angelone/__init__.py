"""A loopback Angel One in a process of its own: SmartAPI's routes, both sockets, a scripted clock and faults."""
