"""The web app and the REST API: thin clients of the verbs, on one's own machine.

Pages and routes ask :mod:`lifelong.jobs` for answers and draw them; none computes a number.
"""
