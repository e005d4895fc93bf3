"""How long `forward` may run: as long as the stage allows, and while anybody of its batch may still be answered."""

import math
import signal
import time
from contextlib import contextmanager

from mosec.errors import MosecTimeoutError

# The server answers at the deadline; what runs on is ended a moment later, before the server takes it for hanging.
AFTER_DEADLINE_S = 0.1


class TimeLimit:
    def __init__(self):
        self._deadline = math.inf

    def received(self, left_ms):
        """The head of a batch; 0 is more than a minute, or, for the halves of a failed one, unknown."""
        self._deadline = time.monotonic() + left_ms / 1000 if left_ms else math.inf

    @contextmanager
    def limited(self, seconds):
        """In place of Mosec's own: 0.9.0 takes whole seconds only, and the text is for clients."""
        left = self._deadline + AFTER_DEADLINE_S - time.monotonic()

        def late(signum, frame):
            if seconds <= left:
                raise MosecTimeoutError("forward took longer than %g s" % seconds)
            raise MosecTimeoutError("the deadline of the whole batch is over")

        signal.signal(signal.SIGALRM, late)
        # 0 would be no limit.
        signal.setitimer(signal.ITIMER_REAL, max(0.001, min(seconds, left)))
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
