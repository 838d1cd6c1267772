"""Pictures of what bots did, as SVG text: pure functions of columns and trades, no library, no script, no network."""
