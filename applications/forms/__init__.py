"""What applicants and staff fill in."""
