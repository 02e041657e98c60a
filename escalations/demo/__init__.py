"""The demo world as written text: per workflow the cases people reviewed (`cases/`) and the policies that route them (`policies.json`)."""
