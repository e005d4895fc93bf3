"""Says which answer could not be written, and why: Mosec's own `serialize` raises an error without words."""

from mosec.errors import EncodingError


def write(serialize, worker, data):
    """What `serialize` gives for `data`. Raises EncodingError, always with words."""
    try:
        return serialize(data)
    except EncodingError as error:
        if str(error):
            raise
        raise EncodingError(_words(error.__cause__, worker, data)) from error.__cause__


def _words(cause, worker, data):
    what = "stage %s: a %s" % (worker.stage, type(data).__qualname__)
    # The words of the user's own code are not for clients.
    if type(worker).serialize.__module__.split(".")[0] != "mosec":
        why = "" if cause is None else " (%s)" % type(cause).__qualname__
        return "%s cannot be written by %s.serialize%s" % (what, type(worker).__qualname__, why)
    return "%s cannot be written as %s: %s; let forward give other types, or override serialize" % (
        what,
        worker.resp_mime_type,
        cause,
    )
