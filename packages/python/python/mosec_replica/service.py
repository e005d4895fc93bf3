"""Runs a service file of Mosec's up to `server.run()`, and tells our server what it would have served.

The program stays alive meanwhile: what it has started (a Redis, a metrics page) is its own to end.
"""

import multiprocessing
import os
import runpy
import select
import signal
import sys
import traceback

from .blame import in_words
from .control import Control
from .load import LoadError, load_mosec, missing_module, syntax_error

# How often daemons are looked at, in seconds; Mosec's own interval.
LOOK_S = 0.1
# Set by mosec for its own processes.
OWN_VARIABLES = {"mosec.log"}


def run_service(task):
    control = Control()
    control.send({"type": "mosec:process", "pid": os.getpid()})
    daemons = {}
    script = task["script"]
    sys.argv = [script] + task["args"]
    sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
    try:
        if not os.path.isfile(script):
            raise LoadError("there is no file %s" % os.path.abspath(script))
        _replace_server(load_mosec(), control, daemons)
        runpy.run_path(script, run_name="__main__")
    except LoadError as error:
        _fail(control, str(error))
    except SyntaxError as error:
        _fail(control, syntax_error(error))
    except ModuleNotFoundError as error:
        _fail(control, missing_module(error, script))
    except Exception as error:
        _fail(control, in_words(error, script), traceback.format_exc())
    finally:
        # Code behind `server.run()` came first. Python waits for those of multiprocessing before it ends.
        for process in daemons.values():
            _terminate(process)


def _terminate(process):
    try:
        process.terminate()
    except (AttributeError, ValueError, OSError):
        pass  # It was never started, is closed, or has ended in this moment.


def _fail(control, message, trace=""):
    control.send({"type": "mosec:failed", "message": message, "stack": trace})
    # Python would wait for them.
    for process in multiprocessing.active_children():
        process.terminate()
    sys.exit(1)


def _replace_server(mosec, control, daemons):
    """From now on `mosec.Server` collects what it is told, and runs nothing."""
    from mosec import args, server

    before = dict(os.environ)

    class ServiceReader(server.Server):
        def __init__(self):
            super().__init__()
            self._daemon = daemons
            self._waits = {}

        def append_worker(self, worker, num=1, max_batch_size=1, max_wait_time=0, *others, **named):
            super().append_worker(worker, num, max_batch_size, max_wait_time, *others, **named)
            self._waits[self._py_runtime_manager.runtimes[-1]] = max_wait_time

        def register_runtime(self, routes):
            waits = {runtime: runtime.max_wait_time for runtimes in routes.values() for runtime in runtimes}
            super().register_runtime(routes)
            self._waits.update(waits)

        def run(self):
            self._validate_server()
            asked, ask = os.pipe()
            # Not an Event: its lock may be held by the very code that the signal interrupts.
            signal.signal(signal.SIGTERM, lambda *_: os.write(ask, b"."))
            control.send({"type": "mosec:service", "service": self._describe()})
            while not select.select([asked], [], [], LOOK_S)[0]:
                self._look_at_daemons()

        def _look_at_daemons(self):
            for name, process in daemons.items():
                code = process.poll() if hasattr(process, "poll") else process.exitcode
                if code is not None:
                    control.send({"type": "mosec:daemon", "name": name, "code": code})
                    # As if the server had asked: what does not let Python end is killed in the end.
                    os.kill(os.getppid(), signal.SIGTERM)
                    sys.exit(code if 0 <= code <= 255 else 1)

        def _describe(self):
            runtimes = list(dict.fromkeys(runtime for route in self._router.values() for runtime in route))
            return {
                "stages": [self._stage(runtime) for runtime in runtimes],
                "routes": [
                    {"path": path, "stages": [runtimes.index(runtime) for runtime in route]}
                    for path, route in self._router.items()
                ],
                "env": {
                    key: value
                    for key, value in os.environ.items()
                    if before.get(key) != value and key not in OWN_VARIABLES
                },
            }

        def _stage(self, runtime):
            worker = runtime.worker
            wait = self._waits.get(runtime, 0)
            if wait < 1 and self._configs["wait"] != args.DEFAULT_WAIT_MS:
                wait = self._configs["wait"]
            return {
                "target": "%s:%s" % (worker.__module__, worker.__qualname__),
                "name": runtime.name,
                "replicas": runtime.num,
                "maxBatchSize": runtime.max_batch_size,
                "maxWaitMs": wait if wait >= 1 else None,
                # 0.9.0 has whole seconds under another name.
                "timeoutMs": 1000 * (getattr(runtime, "timeout_sec", 0) or getattr(runtime, "timeout", 0)),
                "env": runtime.env,
            }

    # The port is ours to look at.
    server.parse_arguments = lambda: args.build_arguments_parser().parse_known_args(
        namespace=args.get_env_namespace()
    )[0]
    mosec.Server = server.Server = ServiceReader
