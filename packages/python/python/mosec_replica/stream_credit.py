"""How far a stream may run ahead of its reader; the server grants more as events are taken."""

import struct
import threading
import time

WINDOW = 256
BYTES_PER_CREDIT = 1024
# Far longer than a batch waits in the socket for the one before, far shorter than it takes until an id comes again.
KEPT_S = 3600


class StreamCredit:
    def __init__(self, now=time.monotonic):
        self._now = now
        self._changed = threading.Condition()
        self._left = {}
        # When each came, oldest first. A cancel may come before its batch, or after the answer.
        self._cancelled = {}

    def begin(self, ids):
        """A new batch: what was granted for the last one is forgotten, but no cancel, since a failed one comes again."""
        with self._changed:
            self._left = {task_id: WINDOW for task_id in ids}
            self._changed.notify_all()

    def answered(self, ids):
        """These do not come again."""
        with self._changed:
            for task_id in ids:
                self._cancelled.pop(task_id, None)

    def spend(self, task_id, event):
        """Waits until there is credit; says whether anybody still wants the event."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_wanted(task_id) or self._left[task_id] > 0)
            if not self._is_wanted(task_id):
                return False
            self._left[task_id] -= 1 + len(event) // BYTES_PER_CREDIT
            return True

    def has_listeners(self):
        """Whether anybody waits for any task of the batch."""
        with self._changed:
            return not self._left.keys() <= self._cancelled.keys()

    def _is_wanted(self, task_id):
        return task_id in self._left and task_id not in self._cancelled

    def told(self, message):
        with self._changed:
            if message.get("type") == "mosec:cancel":
                self._cancel([struct.pack("!I", number) for number in message["ids"]])
            elif message.get("type") == "mosec:grant":
                for grant in message["grants"]:
                    task_id = struct.pack("!I", grant["id"])
                    if task_id in self._left:
                        self._left[task_id] += grant["credit"]
            self._changed.notify_all()

    def _cancel(self, ids):
        now = self._now()
        while self._cancelled and next(iter(self._cancelled.values())) < now - KEPT_S:
            del self._cancelled[next(iter(self._cancelled))]
        for task_id in ids:
            self._cancelled.setdefault(task_id, now)
