"""Makes a worker report what goes in and out of it, for a dry run; its warm-up stays what it is."""

import time
import traceback

from .common_form import CommonForm
from .describe import examples_of
from .egress import write

LONGEST_TEXT = 160


class Visit:
    """An ask that came instead of an input."""

    def __init__(self, ask):
        self.ask = ask


def rehearsed(worker, stage):
    """A class whose inputs are asks and whose results are reports; both travel in the common form."""
    form = CommonForm(stage, True)

    class Rehearsed(worker):
        def deserialize_ipc(self, data):
            return Visit(form.decode(data))

        def serialize_ipc(self, data):
            return form.encode(data)

        def forward(self, data):
            if isinstance(data, Visit):
                return self._report(data.ask)
            if isinstance(data, list) and data and isinstance(data[0], Visit):
                return [self._report(visit.ask) for visit in data]
            return super().forward(data)

        def _report(self, ask):
            examples = examples_of(self)
            if self.max_batch_size > 1:
                examples = [one for batch in examples for one in batch]
            if ask["kind"] == "count":
                return {"kind": "count", "examples": len(examples)}
            report = {"kind": "run", "durationMs": 0}
            started = time.perf_counter()
            try:
                given = ask["input"]
                value = examples[given["example"]] if "example" in given else super().deserialize_ipc(given["bytes"])
                report["input"] = _in_words(value)
                started = time.perf_counter()
                output = self._forward_one(value)
                report["durationMs"] = 1000 * (time.perf_counter() - started)
                report["result"] = self._result(output, ask["isLast"])
            except Exception as error:
                report["durationMs"] = 1000 * (time.perf_counter() - started)
                words = "".join(traceback.format_exception_only(type(error), error)).strip()
                report["result"] = {"isFailure": True, "message": words}
            return report

        def _forward_one(self, value):
            events = []
            self.send_stream_event = lambda text, index=0: events.append(text)
            if self.max_batch_size == 1:
                output = super().forward(value)
            else:
                results = super().forward([value])
                if len(results) != 1:
                    raise ValueError("forward gives one result per input: 1 expected, got %d" % len(results))
                (output,) = results
            return "".join(events) if hasattr(worker, "send_stream_event") else output

        def _result(self, output, is_last):
            told = {"isFailure": False, "output": _in_words(output)}
            if hasattr(worker, "send_stream_event"):
                return dict(told, bytes=output.encode(), mimeType=self.resp_mime_type)
            if is_last:
                return dict(told, bytes=write(self.serialize, self, output), mimeType=self.resp_mime_type)
            return dict(told, bytes=super().serialize_ipc(output))

    Rehearsed.__name__ = worker.__name__
    return Rehearsed


def _in_words(value):
    """In one bounded line: its kind, its shape, and how it begins."""
    kind = type(value).__name__
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        kind += " of %s %s" % (value.dtype, list(value.shape))
    elif isinstance(value, (str, bytes, list, tuple)):
        kind += "(%d)" % len(value)
    text = " ".join(repr(value).split())
    return "%s %s" % (kind, text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "...")
