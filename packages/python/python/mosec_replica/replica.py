"""One replica: the user's class, run by mosec's own coordinator, over the server's socket."""

import os
import sys
import threading
import traceback

from .blame import in_words
from .control import Control
from .load import LoadError, load_mosec, load_worker
from .logs import log_to

# Mosec wants a number where we mean "no limit"; ten years.
NO_LIMIT_S = 3.15e8


def run_replica(task):
    control = Control()
    control.send({"type": "mosec:process", "pid": os.getpid()})
    log_to(control, task["logLevel"])
    os.environ["MOSEC_LOG_LEVEL"] = task["logLevel"]
    sys.argv = [task.get("main") or task["target"]] + task.get("args", [])
    replica = Replica(task, control)
    try:
        replica.serve()
    except LoadError as error:
        control.failed(replica.phase, replica.name, str(error))
        os._exit(1)
    except BaseException as error:
        what = in_words(error, task.get("main") or task["target"])
        if replica.phase == "ready":
            # On stderr each line would be a record of its own.
            control.log("error", "%s ended its process: %s\n%s" % (replica.name, what, traceback.format_exc().rstrip()))
            os._exit(error.code if isinstance(error, SystemExit) and isinstance(error.code, int) else 1)
        control.failed(replica.phase, replica.name, what, traceback.format_exc())
        os._exit(1)
    # Threads of the user's may still run; nobody waits for them.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


class Replica:
    def __init__(self, task, control):
        self.task = task
        self.control = control
        self.phase = "load"
        self.name = task["target"].rpartition(":")[2]
        self.shutdown = threading.Event()
        self.coordinator = None
        self.protocol = None

    def serve(self):
        load_mosec()
        self.worker = load_worker(self.task["target"], self.task.get("main"))
        self._speak_common_form()
        if self.task["isDryRun"]:
            from .rehearse import rehearsed

            self.worker = rehearsed(self.worker, self.task["stage"])
        from .peer import make_peer

        self.control.open(self._received)
        coordinator = make_peer(self)
        self.phase = "set-up"
        seconds = self.task["timeoutMs"] / 1000 if self.task["timeoutMs"] else NO_LIMIT_S
        # Everything happens in there, until the socket ends or `shutdown` is set.
        coordinator(
            self.worker,
            self.task["maxBatchSize"],
            self.shutdown,
            self.shutdown,
            os.path.dirname(self.task["address"]),
            self.task["stage"],
            self.task["replica"],
            seconds,
        )

    def _speak_common_form(self):
        """The class's own methods win."""
        from mosec import Worker

        reads = self.task["readsCommonForm"] and self.worker.deserialize_ipc is Worker.deserialize_ipc
        writes = self.task["writesCommonForm"] and self.worker.serialize_ipc is Worker.serialize_ipc
        if not (reads or writes):
            return
        from .common_form import CommonForm

        form = CommonForm(self.task["stage"], self.task["isAtBorder"])
        if reads:
            self.worker.deserialize_ipc = lambda _, data: form.decode(data)
        if writes:
            self.worker.serialize_ipc = lambda _, data: form.encode(data)

    def _received(self, message):
        kind = message.get("type")
        if kind == "mosec:drain":
            self.shutdown.set()
            if self.protocol is None:
                os._exit(0)
            self.protocol.finish()
        elif kind == "mosec:limits" and self.coordinator is not None:
            # Mosec's `forward` takes a list when this is above 1, and must go on doing so.
            if self.coordinator.worker.max_batch_size > 1:
                self.coordinator.worker.max_batch_size = max(2, message["maxBatchSize"])
        elif self.protocol is not None:
            self.protocol.told(message)
