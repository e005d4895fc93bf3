/** Fetches a file, in several pieces where the connection breaks. */

import { StartError } from '@mosec/core'

/** How files are fetched. */
export interface DownloadOptions {
  readonly fetch: typeof globalThis.fetch
  readonly headers: Readonly<Record<string, string>>
  /** Longest time for one file, in milliseconds. */
  readonly timeoutMs: number
}

/** Which file, and how large it may be. */
export interface DownloadTarget {
  readonly url: URL
  readonly maxBytes: number
}

/**
 * The whole file. A download that breaks off goes on where it was, as long as each piece brings something.
 * @throws StartError (`start_error`) that says what the server answered, or how far it came.
 */
export async function download(target: DownloadTarget, options: DownloadOptions): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(options.timeoutMs)
  const file = new PartialFile(target)
  for (;;) {
    const before = file.bytes
    try {
      await file.append(await request(target.url, before, { ...options, signal }))
      return file.whole()
    } catch (error) {
      if (error instanceof StartError || signal.aborted || file.bytes <= before)
        throw failure(target, file, error)
    }
  }
}

interface RequestOptions extends DownloadOptions {
  readonly signal: AbortSignal
}

/** The rest of the file from `start` on; redirects are followed. */
async function request(
  url: URL,
  start: number,
  { fetch, headers, signal }: RequestOptions,
): Promise<Response> {
  const range = start > 0 ? { range: `bytes=${start}-` } : {}
  const response = await fetch(url, { headers: { ...headers, ...range }, signal })
  if (response.ok) return response
  await response.body?.cancel()
  throw new StartError(`"${url.href}" is answered ${response.status} ${response.statusText}`.trimEnd())
}

/** What has come so far. */
class PartialFile {
  bytes = 0
  readonly #target: DownloadTarget
  #chunks: Uint8Array[] = []

  constructor(target: DownloadTarget) {
    this.#target = target
  }

  /** A server that knows no ranges sends all of it again. */
  async append(response: Response): Promise<void> {
    if (response.status !== 206) this.#clear()
    for await (const chunk of response.body ?? []) {
      this.#chunks.push(chunk)
      this.bytes += chunk.byteLength
      if (this.bytes <= this.#target.maxBytes) continue
      throw new StartError(
        `"${this.#target.url.href}" is larger than the ${this.#target.maxBytes} bytes that were expected`,
      )
    }
  }

  whole(): Uint8Array {
    return Buffer.concat(this.#chunks)
  }

  #clear(): void {
    this.bytes = 0
    this.#chunks = []
  }
}

function failure({ url }: DownloadTarget, file: PartialFile, error: unknown): StartError {
  if (error instanceof StartError) return error
  const reason = error instanceof Error ? String(error.cause ?? error.message) : String(error)
  return new StartError(`"${url.href}" could not be fetched (${file.bytes} bytes came): ${reason}`, {
    cause: error,
  })
}
