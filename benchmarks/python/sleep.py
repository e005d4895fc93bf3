"""The peer: Mosec with a model whose batch of n takes 5 ms + 0.5 ms * n."""

import os
import time

from mosec import Server, Worker


class Sleep(Worker):
    def forward(self, data):
        time.sleep((5 + 0.5 * len(data)) / 1000)
        return data


if __name__ == "__main__":
    server = Server()
    server.append_worker(Sleep, max_batch_size=32, max_wait_time=int(os.environ.get("WAIT_MS", "10")))
    server.run()
