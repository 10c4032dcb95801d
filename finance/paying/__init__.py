"""Paying: what is payable, the deeds on payments and claims, and the files of an export."""
