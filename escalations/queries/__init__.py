"""What to show: reads for screens, reports and files."""
