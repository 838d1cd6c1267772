"""Other people's engines under the same rules. They run in bench/venv and import nothing of Lockstep's engine."""
