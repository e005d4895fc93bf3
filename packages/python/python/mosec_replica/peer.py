"""Mosec's coordinator and protocol, at home in our sockets and under our supervision."""

import socket
import struct

from mosec import SSEWorker
from mosec import coordinator as mosec_coordinator
from mosec.coordinator import Coordinator, State
from mosec.errors import ClientError
from mosec.protocol import HTTPStatusCode, Protocol

from .describe import describe, examples_of
from .egress import write
from .rings import IN_RING, RING_FROM_BYTES, SOCKET_TAKES_BYTES, join_rings
from .stream_credit import StreamCredit
from .time_limit import TimeLimit

FRAME = struct.Struct("!HH")
ITEM = struct.Struct("!IHI")


def make_peer(replica):
    """Mosec's coordinator for this replica: a class, since its constructor is all there is."""
    task = replica.task
    time_limit = TimeLimit()

    class ReplicaProtocol(Protocol):
        """The same frames over the socket of this replica; connecting says that it is ready."""

        def __init__(self, name, addr, timeout=2.0):
            super().__init__(name, task["address"], timeout)
            self.socket.settimeout(None)
            self._credit = StreamCredit() if issubclass(replica.worker, SSEWorker) else None
            self._reader = None
            self._rings = None
            replica.protocol = self

        def open(self):
            if self._reader is not None:
                raise OSError("the server has closed the connection")
            replica.phase = "connect"
            replica.control.send({"type": "mosec:hello", "worker": describe(replica.worker, task)})
            self._rings = join_rings(self.addr)
            self.socket.connect(self.addr)
            replica.phase = "ready"
            self._reader = self.socket.makefile("rb", 1 << 16)

        def receive(self):
            # EOFError would end the process with a trace; Mosec expects an OSError here.
            flag, count = FRAME.unpack(self._read(FRAME.size))
            time_limit.received(flag)
            ids, states, payloads = [], [], []
            for _ in range(count):
                header = self._read(ITEM.size)
                _, state, length = ITEM.unpack(header)
                payload = self._payload(length)
                ids.append(header[:4])
                states.append(state)
                payloads.append(payload)
            if self._credit is not None:
                self._credit.begin(ids)
            return flag, ids, states, payloads

        def _payload(self, length):
            if length >= IN_RING and self._rings is not None:
                return self._rings.take(length - IN_RING)
            payload = bytearray(length)
            if length and self._reader.readinto(payload) != length:
                raise ConnectionError("the server closed the connection")
            return payload

        def _read(self, size):
            data = self._reader.read(size)
            if len(data) < size:
                raise ConnectionError("the server closed the connection")
            return data

        def send(self, flag, ids, states, payloads):
            if flag == HTTPStatusCode.STREAM_EVENT and not self._credit.spend(ids[0], payloads[0]):
                return
            parts = [FRAME.pack(flag, len(ids))]
            rings = self._rings if sum(map(len, payloads)) > SOCKET_TAKES_BYTES else None
            for task_id, state, payload in zip(ids, states, payloads):
                length = len(payload)
                if rings is not None and length >= RING_FROM_BYTES and rings.put(payload):
                    length, payload = length + IN_RING, b""
                parts += (task_id, struct.pack("!HI", state, length), payload)
            self.socket.sendall(b"".join(parts))
            if self._credit is not None and flag == HTTPStatusCode.OK:
                self._credit.answered(ids)

        def told(self, message):
            if self._credit is not None:
                self._credit.told(message)

        def has_listeners(self):
            return self._credit is None or self._credit.has_listeners()

        def finish(self):
            """Whatever came is computed, then reading ends."""
            try:
                self.socket.shutdown(socket.SHUT_RD)
            except OSError:
                pass

    class ReplicaCoordinator(Coordinator):
        def warmup(self):
            replica.coordinator = self
            replica.phase = "warm-up"
            if isinstance(self.worker, SSEWorker):
                # No task is there that its events could be sent to.
                self.worker.send_stream_event = lambda text, index=0: None
            for example in examples_of(self.worker):
                self.worker.forward(example)
            if isinstance(self.worker, SSEWorker):
                self.worker.send_stream_event = self._send_wanted

        def _send_wanted(self, text, index=0):
            if not replica.protocol.has_listeners():
                raise ClientError("every client of this stream has left")
            type(self.worker).send_stream_event(self.worker, text, index)

        def encode(self, data, state):
            if state & State.EGRESS:
                return write(self.worker.serialize, self.worker, data)
            return super().encode(data, state)

        def init_protocol(self):
            """The socket is there before the process is."""

    mosec_coordinator.Protocol = ReplicaProtocol
    mosec_coordinator.CONN_CHECK_INTERVAL = 0
    mosec_coordinator.set_mosec_timeout = time_limit.limited
    return ReplicaCoordinator
