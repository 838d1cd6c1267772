"""What requests may say and answers do say, as pydantic models."""
