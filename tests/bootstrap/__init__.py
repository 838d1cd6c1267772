"""What only bootstrap can do: markets of the settings, logins, leases."""
