"""The JSON door: parse, get the object from `access`, call one action or query, answer with a record."""
