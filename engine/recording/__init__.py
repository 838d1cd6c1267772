"""A trading day as it was decided, as a file: everything that went into an engine, and every decision that came out.

event_codec   events to bytes and back
decisions     which of an engine's effects are decisions, and how two of them are compared
steps         events with their decisions, packed into blocks: ticks in columns
day_file      the file: a header, then blocks, each with a checksum
folder        the files of an account: their names, what is kept, what is dropped

Written by runtime/recorder, read by research/day_replay.
"""
