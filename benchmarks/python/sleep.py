"""The peer: Mosec with a model whose batch of n takes 5 ms + 0.5 ms * n."""

import os
import time

from mosec import Server, Worker

# As ours does: how many items were computed, one line per batch, with the time.
WORK_FILE = os.environ.get("WORK_FILE")


class Sleep(Worker):
    def __init__(self):
        super().__init__()
        self.work = open(WORK_FILE, "a", buffering=1) if WORK_FILE else None

    def forward(self, data):
        time.sleep((5 + 0.5 * len(data)) / 1000)
        if self.work:
            self.work.write(f"{len(data)} {int(time.time() * 1000)}\n")
        return data


if __name__ == "__main__":
    server = Server()
    server.append_worker(Sleep, max_batch_size=32, max_wait_time=int(os.environ.get("WAIT_MS", "10")))
    server.run()
