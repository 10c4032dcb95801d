"""What is particular to reports: who may, the one door to write, what is asked, what it says."""
