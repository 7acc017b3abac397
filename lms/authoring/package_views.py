"""Whole courses as packages: bring a zip in as a draft, take a draft out as a zip."""
