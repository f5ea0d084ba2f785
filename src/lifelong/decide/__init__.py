"""Decisions: what scores and tables advise to do, each with the test that it stands on."""
