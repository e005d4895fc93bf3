"""Messages between this process and the server, beside the batches: one JSON document per line, on descriptor 3."""

import json
import os
import socket
import threading

CONTROL_FD = 3


class Control:
    def __init__(self):
        self._socket = socket.socket(fileno=os.dup(CONTROL_FD))
        os.close(CONTROL_FD)
        self._lock = threading.Lock()

    def send(self, message):
        """Lost when the server is gone."""
        line = json.dumps(message, default=str).encode() + b"\n"
        try:
            with self._lock:
                self._socket.sendall(line)
        except OSError:
            pass

    def log(self, level, message, **fields):
        self.send({"type": "mosec:log", "level": level, "message": message, "fields": fields})

    def failed(self, phase, worker, message, stack=""):
        self.send({"type": "mosec:failed", "phase": phase, "worker": worker, "message": message, "stack": stack})

    def open(self, received):
        """Hands each message of the server to `received`, in a thread; the server's end ends the process."""
        threading.Thread(target=self._read, args=(received,), daemon=True).start()

    def _read(self, received):
        try:
            for line in self._socket.makefile("rb"):
                received(json.loads(line))
        except OSError:
            pass
        os._exit(1)
