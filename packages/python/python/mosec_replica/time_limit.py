"""How long `forward` may run: as long as the stage allows, and while anybody of its batch may still be answered."""

import math
import signal
import time

from mosec.errors import MosecTimeoutError

# The server answers at the deadline; what runs on is ended a moment later, before the server takes it for hanging.
AFTER_DEADLINE_S = 0.1


class TimeLimit:
    def __init__(self):
        self._deadline = math.inf
        self._seconds = math.inf
        self._left = math.inf
        self._has_handler = False

    def received(self, left_ms):
        """The head of a batch; 0 is more than a minute, or, for the halves of a failed one, unknown."""
        self._deadline = time.monotonic() + left_ms / 1000 if left_ms else math.inf

    def limited(self, seconds):
        """In place of Mosec's own: 0.9.0 takes whole seconds only, and the text is for clients."""
        self._seconds = seconds
        return self

    def __enter__(self):
        # Once: doing so for each batch, as Mosec does, is a third of what a limit costs.
        if not self._has_handler:
            signal.signal(signal.SIGALRM, self._late)
            self._has_handler = True
        self._left = self._deadline + AFTER_DEADLINE_S - time.monotonic()
        # 0 would be no limit.
        signal.setitimer(signal.ITIMER_REAL, max(0.001, min(self._seconds, self._left)))

    def __exit__(self, *_):
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _late(self, signum, frame):
        if self._seconds <= self._left:
            raise MosecTimeoutError("forward took longer than %g s" % self._seconds)
        raise MosecTimeoutError("the deadline of the whole batch is over")
