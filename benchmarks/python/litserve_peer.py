"""The peer: LitServe, as its documentation writes it. `MODEL` is echo, or sleep: a batch of n takes 5 ms + 0.5 ms * n."""

import argparse
import os
import time

import litserve as ls

BATCH = int(os.environ.get("BATCH", "32"))
WAIT_MS = int(os.environ.get("WAIT_MS", "10"))


class Echo(ls.LitAPI):
    def setup(self, device):
        pass

    def predict(self, x):
        return x


class Sleep(Echo):
    def predict(self, batch):
        time.sleep((5 + 0.5 * len(batch)) / 1000)
        return batch


if __name__ == "__main__":
    flags = argparse.ArgumentParser()
    flags.add_argument("--host")
    flags.add_argument("--port", type=int)
    args = flags.parse_args()
    api_class = Sleep if os.environ.get("MODEL") == "sleep" else Echo
    api = api_class(max_batch_size=BATCH, batch_timeout=WAIT_MS / 1000, api_path="/inference")
    server = ls.LitServer(api, accelerator="cpu", workers_per_device=1)
    # A line of log for each request costs CPU that the others do not spend.
    server.run(host=args.host, port=args.port, log_level="warning", generate_client_file=False)
