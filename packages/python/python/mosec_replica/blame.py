"""What the person who mends a user's file is told of an error that came out of it."""

import os
import traceback


def in_words(error, target):
    """The error's kind and words, and where in the user's code it was."""
    return "".join(traceback.format_exception_only(type(error), error)).strip() + _place_in(error, target)


def _place_in(error, target):
    """Where in the folder of the user's file; a library's own lines would not tell them what to mend."""
    folder = os.path.join(os.path.dirname(os.path.realpath(target.rpartition(":")[0] or target)), "")
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = os.path.realpath(frame.filename)
        if path.startswith(folder) and "site-packages" not in path and "node_modules" not in path:
            return " (%s, line %d, in %s)" % (path[len(folder) :], frame.lineno, frame.name)
    return ""
