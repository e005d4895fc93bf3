"""The peer: Mosec, as its documentation writes it."""

import os

from mosec import Server, Worker
from mosec.mixin import MsgpackMixin


class Echo(Worker):
    def forward(self, data):
        return data


class PackedEcho(MsgpackMixin, Echo):
    pass


WORKER = PackedEcho if os.environ.get("CODEC") == "msgpack" else Echo

if __name__ == "__main__":
    server = Server()
    for _ in range(int(os.environ.get("STAGES", "1"))):
        server.append_worker(
            WORKER,
            max_batch_size=int(os.environ.get("BATCH", "32")),
            max_wait_time=int(os.environ.get("WAIT_MS", "10")),
        )
    server.run()
