/** Every error that a client or an operator can meet, each with a stable code. */

/**
 * Stable names of what can go wrong. `@mosec/http` maps them to HTTP statuses and `@mosec/ipc` to wire flags;
 * each mapping has that one home.
 */
export type ErrorCode =
  | 'bad_request'
  | 'decoding_error'
  | 'validation_error'
  | 'timeout'
  | 'stage_timeout'
  | 'server_error'
  | 'encoding_error'
  | 'inference_error'
  | 'worker_crashed'
  | 'queue_full'
  | 'overloaded'
  | 'shutting_down'
  | 'unavailable'
  | 'cancelled'
  | 'http_error'
  | 'configuration_error'
  | 'start_error'

/** Options of every error: the original error is kept for the log and never shown to a client. */
export interface MosecErrorOptions {
  readonly cause?: unknown
}

/** An error whose message may be shown to the client. Anything else that is thrown becomes `inference_error`. */
export class MosecError extends Error {
  /** Stable name, for programs. */
  readonly code: ErrorCode
  /** Words put before the message in the answer's body, as Mosec prints them; none when empty. */
  readonly label: string

  constructor(code: ErrorCode, label: string, message: string, options?: MosecErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
    this.label = label
  }

  /** The answer's body: `<label>: <message>`, on one line. */
  get body(): string {
    const message = this.message.replaceAll('\n', ' - ')
    if (this.label === '') return message
    return message === '' ? this.label : `${this.label}: ${message}`
  }
}

/** The client's request cannot be served: HTTP 400. */
export class ClientError extends MosecError {
  constructor(message = '', options?: MosecErrorOptions) {
    super('bad_request', 'bad request', message, options)
  }
}

/** The request's bytes are not what the codec expects: HTTP 400. */
export class DecodingError extends MosecError {
  constructor(message = '', options?: MosecErrorOptions) {
    super('decoding_error', 'decoding error', message, options)
  }
}

/** The request decodes, but its values are not what the worker takes: HTTP 422. */
export class ValidationError extends MosecError {
  constructor(message = '', options?: MosecErrorOptions) {
    super('validation_error', 'request validation error', message, options)
  }
}

/** The worker failed and wants the client to read why: HTTP 500. */
export class ServerError extends MosecError {
  constructor(message = '', options?: MosecErrorOptions) {
    super('server_error', 'internal error', message, options)
  }
}

/** The result cannot be turned into bytes: HTTP 500. */
export class EncodingError extends MosecError {
  constructor(message = '', options?: MosecErrorOptions) {
    super('encoding_error', 'encoding error', message, options)
  }
}

/** `forward` took longer than its stage allows: HTTP 408. */
export class TimeoutError extends MosecError {
  constructor(message = '', options?: MosecErrorOptions) {
    super('stage_timeout', 'mosec timeout error', message, options)
  }
}

/** Any other HTTP status, chosen by the worker (401, 404, 413, 429, 503...). */
export class HttpError extends MosecError {
  /** HTTP status, 400 to 599. */
  readonly status: number

  /** @throws RangeError when `status` is no integer from 400 to 599. */
  constructor(status: number, message: string, options?: MosecErrorOptions) {
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new RangeError(`HttpError takes a status from 400 to 599, got ${status}`)
    }
    super('http_error', '', message, options)
    this.status = status
  }
}

/** What the person who starts the server wrote cannot work: the process ends with code 2. */
export class ConfigurationError extends MosecError {
  constructor(message: string, options?: MosecErrorOptions) {
    super('configuration_error', '', message, options)
  }
}

/** The server could not start, a port in use or a worker whose set-up throws, say: the process ends with code 1. */
export class StartError extends MosecError {
  constructor(message: string, options?: MosecErrorOptions) {
    super('start_error', '', message, options)
  }
}
