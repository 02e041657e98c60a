"""What crosses the wire, once: what comes in is validated here, what leaves is written here."""
