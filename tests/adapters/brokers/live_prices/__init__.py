"""What the live prices of all brokers share."""
