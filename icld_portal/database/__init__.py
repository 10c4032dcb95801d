"""Django's own Postgres backend, with statements that the server plans once.

``ENGINE`` names this package; Django looks for ``base`` in it.
"""
