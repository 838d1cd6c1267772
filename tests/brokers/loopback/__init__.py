"""What every loopback broker is made of: server, sockets, clocks, limits, faults, switches. Brokers stand beside."""
