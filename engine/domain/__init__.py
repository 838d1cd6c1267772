"""Nouns: values that check themselves at birth. Imports nothing of the engine; everything else imports this."""
