"""Verbs at work for a server: one worker process, a queue, progress, cancel, and answers that are kept.

A job is one verb with its arguments. It runs in a process of its own, so that pages stay quick while it computes, a
stopped job frees all that it held, and a killed one leaves the project as the verbs leave it: whole.
"""

from lifelong.jobs.answers import Answers
from lifelong.jobs.params import Param
from lifelong.jobs.queue import Queue
from lifelong.jobs.records import Job, Records
from lifelong.jobs.uploads import Uploads
from lifelong.jobs.verbs import VERBS, Verb, arguments

__all__ = ["VERBS", "Answers", "Job", "Param", "Queue", "Records", "Uploads", "Verb", "arguments"]
