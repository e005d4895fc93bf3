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
# A program that was asked to end has so long, and as long again.
PATIENCE_MS = 2000
SOCKET_FOLDER = re.compile(r"^mosec-\d+-\d+-[0-9a-f]{16}$")


def guard(task):
    """Returns in the worker; the guard itself ends here, as the worker ends."""
    # The server says when it is over. Not SIG_IGN, which programs that are started from here would inherit.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    server = os.getppid()
    lifeline, held = os.pipe()
    guard_pid = os.getpid()
    # A program has a group of its own, with all that it starts.
    is_program = "script" in task
    worker = os.fork()
    if worker == 0:
        os.close(held)
        _die_with(guard_pid, lifeline)
        if is_program:
            _begin_program()
        return
    os.close(lifeline)
    Guard(worker, server, task, is_program).wait()


def _begin_program():
    """It starts as if from a shell: with a group of its own, and signals that end it and what it forks."""
    # First, so that the group is killed without it: it clears up behind the group, ignores signals, and so ends.
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _die_with(guard_pid, lifeline):
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != guard_pid:
            os._exit(1)
        return
    # Elsewhere no kernel does it: a thread notices, as soon as native code lets it run.
    threading.Thread(target=lambda: (os.read(lifeline, 1), os._exit(1)), daemon=True).start()


class Guard:
    def __init__(self, worker, server, task, is_program):
        self._worker = worker
        self._server = server
        self._folder = os.path.dirname(task.get("address", ""))
        self._is_program = is_program
        # What is sent next to a program that was asked to end and does not.
        self._patience = [signal.SIGTERM, signal.SIGKILL]
        self._is_asked = False

    def wait(self):
        """Ends this process, as the worker ends."""
        woken, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        if self._is_program:
            signal.signal(signal.SIGTERM, self._ask)
        poll = select.poll()
        poll.register(woken, select.POLLIN)
        poll.register(CONTROL_FD, 0)
        while True:
            pid, status = os.waitpid(self._worker, os.WNOHANG)
            if pid == self._worker:
                self._kill_rest(signal.SIGTERM)
                _end_like(status)
            events = poll.poll(PATIENCE_MS if self._is_asked else None)
            if self._is_asked and not events and self._patience:
                self._kill_rest(self._patience.pop(0))
            for descriptor, _ in events:
                if descriptor == woken:
                    os.read(woken, 64)
                else:
                    self._server_is_gone()

    def _ask(self, number, _):
        """It clears up behind `server.run()`, and so ends."""
        self._is_asked = True
        try:
            os.kill(self._worker, number)
        except ProcessLookupError:
            pass  # It has ended in this moment.

    def _kill_rest(self, number):
        """The daemons of a program, say, which it left or waits for."""
        if not self._is_program:
            return
        try:
            os.killpg(self._worker, number)
        except OSError:
            pass

    def _server_is_gone(self):
        self._kill_rest(signal.SIGKILL)
        os.kill(self._worker, signal.SIGKILL)
        os.waitpid(self._worker, 0)
        # The server's descriptors close a moment before it is gone. One that lives on removes its folder itself.
        for _ in range(100):
            if os.getppid() != self._server:
                if SOCKET_FOLDER.match(os.path.basename(self._folder)):
                    shutil.rmtree(self._folder, ignore_errors=True)
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
