"""What the server is told of a worker that it never sees."""

import json

MAX_EXAMPLE_BYTES = 64 * 1024


def describe(worker, task):
    from mosec import SSEWorker, Worker

    is_stream = issubclass(worker, SSEWorker)
    is_batch = task["maxBatchSize"] > 1
    reads_json = worker.deserialize is Worker.deserialize
    kind = ("batch-stream" if is_batch else "stream") if is_stream else ("batch" if is_batch else "single")
    info = {
        "kind": kind,
        "name": worker.__name__,
        "requestTypes": [{"name": "json", "mimeTypes": ["application/json"]}] if reads_json else [],
        "responseTypes": [{"name": "python", "mimeTypes": [worker.resp_mime_type]}],
        # Mosec looks at no Content-Type.
        "readsAnyType": True,
        "isStream": is_stream,
        "examples": _examples(worker, is_batch) if reads_json else [],
    }
    for key, target in (("inputSchema", "INPUT"), ("outputSchema", "RETURN")):
        schema = _schema(worker, target)
        if schema:
            info[key] = schema
    return info


def examples_of(worker):
    """As Mosec has it, but an example may be empty, or an array."""
    if len(worker.multi_examples) > 0:
        return list(worker.multi_examples)
    return [] if worker.example is None else [worker.example]


def _schema(worker, target):
    """Of workers that validate by type."""
    try:
        from mosec.utils import ParseTarget

        schema, parts = worker.get_forward_json_schema(getattr(ParseTarget, target), "#/$defs/{name}")
    except Exception:
        return None
    if not schema:
        return None
    return dict(schema, **({"$defs": parts} if parts else {}))


def _examples(worker, is_batch):
    examples = examples_of(worker)
    if is_batch:
        examples = [one for batch in examples if isinstance(batch, (list, tuple)) for one in batch]
    return [example for example in examples if _is_short_json(example)]


def _is_short_json(value):
    try:
        return len(json.dumps(value)) <= MAX_EXAMPLE_BYTES
    except (TypeError, ValueError):
        return False
