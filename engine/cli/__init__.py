"""The lockstep command: one subcommand a file."""
