"""What Python code logs appears in the server's log, at its own level."""

import logging
import traceback

# The loggers of mosec and of `mosec.get_logger()`, which bring their own handlers unless they have one.
MOSEC_LOGGERS = ("mosec.log", "moser.user_log")


def log_to(control, level):
    """Sends records of `level` and above; a program that sets up logging itself later changes that."""
    number = getattr(logging, level.upper())
    handler = ControlHandler(control)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(number)
    for name in MOSEC_LOGGERS:
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(number)
        logger.propagate = False


class ControlHandler(logging.Handler):
    def __init__(self, control):
        super().__init__()
        self._control = control

    def emit(self, record):
        try:
            self._control.log(_level(record.levelno), _text(record), logger=record.name)
        except Exception:
            self.handleError(record)


def _level(number):
    if number >= logging.ERROR:
        return "error"
    if number >= logging.WARNING:
        return "warning"
    return "info" if number >= logging.INFO else "debug"


def _text(record):
    text = record.getMessage()
    if record.exc_info:
        text += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
    return text
