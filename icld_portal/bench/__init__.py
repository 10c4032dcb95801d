"""Measuring the portal's pages against a bare Django page; ``manage.py bench`` runs it."""
