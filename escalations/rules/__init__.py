"""What follows: pure functions, no Django, no clock, no database."""
