"""Pulls, against platforms on loopback."""
