"""Loops and life: the only room with threads. Inbox, session, dispatch, recovery, ownership, supervisor."""
