"""What happens: the only code that writes. One file per step of a case's life; a verb is atomic and returns its row."""
