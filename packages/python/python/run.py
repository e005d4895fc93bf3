"""Entry of a Python process of the server: `python run.py`, told what to do by an environment variable."""

import json
import os
import sys

# The folder of this file came first; what follows must not hide the user's modules.
sys.path[0] = ""
FOLDER = os.path.dirname(os.path.abspath(__file__))


def main():
    task = json.loads(os.environ.pop("MOSEC_PYTHON_TASK"))
    sys.path.append(FOLDER)
    from mosec_replica.guard import guard

    guard(task)
    if "script" in task:
        from mosec_replica.service import run_service as run
    else:
        from mosec_replica.replica import run_replica as run
    run(task)


if __name__ == "__main__":
    main()
