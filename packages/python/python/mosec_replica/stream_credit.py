"""How far a stream may run ahead of its reader; the server grants more as events are taken."""

import struct
import threading

WINDOW = 256
BYTES_PER_CREDIT = 1024


class StreamCredit:
    def __init__(self):
        self._changed = threading.Condition()
        self._left = {}
        self._cancelled = set()

    def begin(self, ids):
        """A new batch: what was granted for the last one is forgotten."""
        with self._changed:
            self._cancelled -= self._left.keys()
            self._left = {task_id: WINDOW for task_id in ids}
            self._changed.notify_all()

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
            return not self._left.keys() <= self._cancelled

    def _is_wanted(self, task_id):
        return task_id in self._left and task_id not in self._cancelled

    def told(self, message):
        with self._changed:
            if message.get("type") == "mosec:cancel":
                self._cancelled.update(struct.pack("!I", number) for number in message["ids"])
            elif message.get("type") == "mosec:grant":
                for grant in message["grants"]:
                    task_id = struct.pack("!I", grant["id"])
                    if task_id in self._left:
                        self._left[task_id] += grant["credit"]
            self._changed.notify_all()
