"""Large payloads beside the socket, in files that lie in memory: docs/wire-protocol.md, "The rings"."""

import os
import struct

RING_BYTES = 8 * 1024 * 1024
# More than a socket takes at once; a frame with less keeps its payloads.
SOCKET_TAKES_BYTES = 192 * 1024
RING_FROM_BYTES = 16 * 1024
# Bit 31 of an item's length.
IN_RING = 0x80000000

COUNT = struct.Struct("<3d")
MARK = float(int.from_bytes(b"mosec1", "big"))
BATCHES_COUNT = 0
REPLIES_COUNT = 64


def join_rings(address):
    """The rings of this replica, opened before it connects: that tells the server to use them. None without an offer."""
    files = []
    try:
        for name in ("batches", "replies", "taken"):
            files.append(os.open("%s.%s" % (address, name), os.O_RDWR | os.O_CLOEXEC))
    except OSError:
        for fd in files:
            os.close(fd)
        return None
    return Rings(*files)


class Rings:
    """Both rings of a connection, from the replica's end."""

    def __init__(self, batches, replies, counts):
        self._batches = batches
        self._replies = replies
        self._counts = counts
        self._taken = 0
        self._put = 0
        # Of the replies, when it was last looked.
        self._server_took = 0
        self._tell()

    def take(self, length):
        """The next payload of a batch. Raises ConnectionError when it is not there."""
        payload = bytearray(length)
        view = memoryview(payload)
        at = self._taken % RING_BYTES
        first = min(length, RING_BYTES - at)
        done = os.preadv(self._batches, [view[:first]], at)
        if first < length:
            done += os.preadv(self._batches, [view[first:]], 0)
        if done < length:
            raise ConnectionError("a payload of %d bytes in the ring, and there are %d" % (length, done))
        self._taken += length
        self._tell()
        return payload

    def put(self, payload):
        """Writes a payload of an answer. False when there is no room: it has to cross the socket."""
        view = memoryview(payload)
        length = view.nbytes
        if self._put - self._server_took + length > RING_BYTES:
            self._look()
        if self._put - self._server_took + length > RING_BYTES:
            return False
        at = self._put % RING_BYTES
        first = min(length, RING_BYTES - at)
        try:
            done = os.pwrite(self._replies, view[:first], at)
            if first < length:
                done += os.pwrite(self._replies, view[first:], 0)
        except OSError:
            # The system's memory is full.
            return False
        if done < length:
            return False
        self._put += length
        return True

    def _tell(self):
        os.pwrite(self._counts, COUNT.pack(MARK, self._taken, self._taken), BATCHES_COUNT)

    def _look(self):
        mark, taken, again = COUNT.unpack(os.pread(self._counts, COUNT.size, REPLIES_COUNT))
        if mark == MARK and taken == again and self._server_took < taken <= self._put:
            self._server_took = int(taken)
