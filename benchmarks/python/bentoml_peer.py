"""The peer: BentoML, as its documentation writes it. `MODEL` is echo, or sleep: a batch of n takes 5 ms + 0.5 ms * n."""

import os
import time

import bentoml

MODEL = os.environ.get("MODEL", "echo")
BATCH = int(os.environ.get("BATCH", "32"))

# A batchable API takes and gives a list, so that each request is a list of one; its default for the latency is kept.
batched = bentoml.api(route="/inference", batchable=True, max_batch_size=BATCH) if BATCH > 1 else bentoml.api(route="/inference")


# A line of log for each request costs CPU that the others do not spend.
@bentoml.service(workers=1, traffic={"timeout": 60}, logging={"access": {"enabled": False}})
class Model:
    @batched
    def predict(self, batch: list[dict]) -> list[dict]:
        if MODEL == "sleep":
            time.sleep((5 + 0.5 * len(batch)) / 1000)
        return batch
