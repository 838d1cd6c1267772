"""Angel One by SmartAPI: what its wire says, read into our words."""
