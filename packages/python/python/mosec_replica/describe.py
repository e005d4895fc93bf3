"""What the server is told of a worker that it never sees."""

import json

MAX_EXAMPLE_BYTES = 64 * 1024


def describe(worker, task):
    from mosec import SSEWorker, Worker

    is_stream = issubclass(worker, SSEWorker)
    is_batch = task["maxBatchSize"] > 1
    reads_json = worker.deserialize is Worker.deserialize
    kind = ("batch-stream" if is_batch else "stream") if is_stream else ("batch" if is_batch else "single")
    input_schema = _schema(worker, True, is_batch)
    output_schema = _schema(worker, False, is_batch)
    info = {
        "kind": kind,
        "name": worker.__name__,
        "requestTypes": _request_types(worker, reads_json, input_schema),
        "responseTypes": [{"name": "python", "mimeTypes": [worker.resp_mime_type]}],
        # Mosec looks at no Content-Type.
        "readsAnyType": True,
        "isStream": is_stream,
        "examples": _examples(worker, is_batch) if reads_json else [],
    }
    if input_schema:
        info["inputSchema"] = input_schema
    if output_schema:
        info["outputSchema"] = output_schema
    return info


def examples_of(worker):
    """As Mosec has it, but an example may be empty, or an array."""
    if len(worker.multi_examples) > 0:
        return list(worker.multi_examples)
    return [] if worker.example is None else [worker.example]


def _request_types(worker, reads_json, input_schema):
    """A worker that says what it takes has a format for it: that of its answers, unless it names one (0.9.8)."""
    if reads_json:
        return [{"name": "json", "mimeTypes": ["application/json"]}]
    mime_type = getattr(worker, "req_mime_type", worker.resp_mime_type)
    return [{"name": "python", "mimeTypes": [mime_type]}] if input_schema else []


def _schema(worker, is_input, is_batch):
    """Of workers that validate by type; None for others, and for types that JSON Schema cannot say."""
    try:
        typ = _annotated_type(worker, is_input, is_batch)
        if typ is None:
            return None
        import msgspec

        (schema,), parts = msgspec.json.schema_components([typ], ref_template="#/$defs/{name}")
    except Exception:
        return None
    if not schema:
        return None
    return dict(schema, **({"$defs": parts} if parts else {}))


def _annotated_type(worker, is_input, is_batch):
    from mosec import mixin, utils

    if not issubclass(worker, mixin.TypedMsgPackMixin):
        return None
    if hasattr(utils, "ParseTarget"):
        target = utils.ParseTarget.INPUT if is_input else utils.ParseTarget.RETURN
        return utils.parse_func_type(worker.forward, target)
    # Since 0.9.8.
    read = utils.get_forward_input_type if is_input else utils.get_forward_return_type
    return read(worker.forward, batched=is_batch)


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
