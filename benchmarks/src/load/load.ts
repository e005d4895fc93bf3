/** A closed loop of connections against one URL: wrk where it is installed, autocannon otherwise. */

import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import autocannon from 'autocannon'

/** What a request carries; a list has one for each request, in turns. */
export type Body = string | Uint8Array | readonly string[]

/** What to send. */
export interface LoadOptions {
  readonly url: string
  /** Asked for in turn instead of the path of `url`, with the first body. */
  readonly paths?: readonly string[]
  /** Several are sent in turns. */
  readonly body: Body
  readonly contentType: string
  readonly connections: number
  readonly seconds: number
}

/** What came back. */
export interface LoadResult {
  readonly requests: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Answers that were not 2xx, and connections that failed. */
  readonly failures: number
}

/** The generator that this machine has. */
export const generator: 'wrk' | 'autocannon' =
  spawnSync('wrk', ['-v']).error === undefined ? 'wrk' : 'autocannon'

/** Runs the load and waits for its end. */
export function load(options: LoadOptions): Promise<LoadResult> {
  return generator === 'wrk' ? loadWithWrk(options) : loadWithAutocannon(options)
}

/** Written by the script below, since wrk's own report rounds and loses the counts. */
interface WrkReport {
  readonly requests: number
  readonly microseconds: number
  readonly p50: number
  readonly p99: number
  readonly failures: number
}

async function loadWithWrk(options: LoadOptions): Promise<LoadResult> {
  const folder = await mkdtemp(join(tmpdir(), 'mosec-bench-'))
  const script = join(folder, 'post.lua')
  const files = await writeBodies(folder, options.body)
  await writeFile(script, wrkScript(options, files))
  const args = [
    '-t1',
    `-c${options.connections}`,
    `-d${options.seconds}s`,
    '--timeout',
    '30s',
    '-s',
    script,
    options.url,
  ]
  try {
    const { stdout } = await promisify(execFile)('wrk', args)
    const report: WrkReport = JSON.parse(/^REPORT (.*)$/m.exec(stdout)?.[1] ?? '{}')
    return {
      requests: report.requests,
      requestsPerSecond: report.requests / (report.microseconds / 1e6),
      p50Ms: report.p50 / 1000,
      p99Ms: report.p99 / 1000,
      failures: report.failures,
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Bodies come from files, since bytes have no quotes that hold them. */
async function writeBodies(folder: string, body: Body): Promise<string[]> {
  const files = listOf(body).map((content, index) => ({ content, file: join(folder, `body-${index}`) }))
  await Promise.all(files.map(({ file, content }) => writeFile(file, content)))
  return files.map(({ file }) => file)
}

/** The bodies, one or several. */
export function listOf(body: Body): readonly (string | Uint8Array)[] {
  return typeof body === 'string' || body instanceof Uint8Array ? [body] : body
}

/** Requests are put together before the load begins; their headers are complete only then. */
function wrkScript({ contentType, paths = [] }: LoadOptions, bodyFiles: readonly string[]): string {
  return `
wrk.method = "POST"
wrk.headers["Content-Type"] = "${contentType}"
local files = { ${bodyFiles.map((file) => `"${file}"`).join(', ')} }
local paths = { ${paths.map((path) => `"${path}"`).join(', ')} }
local requests, turn = {}, 0
function init()
  for n, name in ipairs(files) do
    local file = assert(io.open(name, "rb"))
    requests[n] = wrk.format(nil, nil, nil, file:read("*a"))
    file:close()
  end
  if #paths == 0 then return end
  local file = assert(io.open(files[1], "rb"))
  local body = file:read("*a")
  file:close()
  for n, path in ipairs(paths) do requests[n] = wrk.format(nil, path, nil, body) end
end
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'REPORT {"requests":%d,"microseconds":%d,"p50":%f,"p99":%f,"failures":%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
`
}

async function loadWithAutocannon(options: LoadOptions): Promise<LoadResult> {
  const result = await autocannon({
    url: options.url,
    method: 'POST',
    requests: requestsOf(options),
    headers: { 'content-type': options.contentType },
    connections: options.connections,
    duration: options.seconds,
    timeout: 30,
  })
  return {
    requests: result.requests.total,
    requestsPerSecond: result.requests.average,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failures: result.non2xx + result.errors,
  }
}

/** For autocannon, which sends them in turn. */
function requestsOf({
  body,
  paths,
}: LoadOptions): { readonly body: string | Buffer; readonly path?: string }[] {
  const bodies = listOf(body).map((one) => (typeof one === 'string' ? one : Buffer.from(one)))
  const [first = ''] = bodies
  return paths?.map((path) => ({ path, body: first })) ?? bodies.map((one) => ({ body: one }))
}
