"""Makes sure that this process ends with the server, even in native code that never lets Python run again.

    server ── guard ── worker        the guard waits: for the worker's end, or for the server's
                                     the worker computes, and dies with the guard

The worker is forked before anything is imported, so that it is a fresh process for CUDA, threads and the like.
"""

import os
import re
import select
import shutil
import signal
import sys
import threading
import time

CONTROL_FD = 3
PR_SET_PDEATHSIG = 1
SOCKET_FOLDER = re.compile(r"^mosec-\d+-\d+-[0-9a-f]{16}$")


def guard(task):
    """Returns in the worker; the guard itself ends here, as the worker ends."""
    # The server says when it is over. Not SIG_IGN, which programs that are started from here would inherit.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    server = os.getppid()
    lifeline, held = os.pipe()
    guard_pid = os.getpid()
    worker = os.fork()
    if worker == 0:
        os.close(held)
        _die_with(guard_pid, lifeline)
        return
    os.close(lifeline)
    if "script" in task:
        # It may end by itself, and clears up behind `server.run()`.
        signal.signal(signal.SIGTERM, lambda number, _: os.kill(worker, number))
    _wait(worker, server, task)


def _die_with(guard_pid, lifeline):
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != guard_pid:
            os._exit(1)
        return
    # Elsewhere no kernel does it: a thread notices, as soon as native code lets it run.
    threading.Thread(target=lambda: (os.read(lifeline, 1), os._exit(1)), daemon=True).start()


def _wait(worker, server, task):
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    poll = select.poll()
    poll.register(woken, select.POLLIN)
    poll.register(CONTROL_FD, 0)
    while True:
        pid, status = os.waitpid(worker, os.WNOHANG)
        if pid == worker:
            _end_like(status)
        for descriptor, _ in poll.poll():
            if descriptor == woken:
                os.read(woken, 64)
            else:
                _server_is_gone(worker, server, task)


def _server_is_gone(worker, server, task):
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    folder = os.path.dirname(task.get("address", ""))
    # The server's descriptors close a moment before it is gone. One that lives on removes its folder itself.
    for _ in range(100):
        if os.getppid() != server:
            if SOCKET_FOLDER.match(os.path.basename(folder)):
                shutil.rmtree(folder, ignore_errors=True)
            break
        time.sleep(0.01)
    os._exit(1)


def _end_like(status):
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        import resource

        # One core dump of a crash is enough.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1)
