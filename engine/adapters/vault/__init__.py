"""Keys that brokers' credentials are sealed with: of this deployment's own, or kept by Google's KMS."""
