/** A real Prometheus in a process of its own, on a free port, with its data in a temporary folder. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parse, stringify } from 'yaml'

/** The folder of the example. */
export const example = join(import.meta.dirname, '..')

/** Why there is nothing to run; undefined when there is. */
export const missing: string | undefined = ['prometheus', 'promtool'].some(
  (name) => spawnSync(name, ['--version']).status !== 0,
)
  ? 'no prometheus or promtool on the PATH: apt-get install prometheus'
  : undefined

/** One line of a query's answer: its labels and its value. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

/** A running one. */
export interface Prometheus extends AsyncDisposable {
  /** The samples that an expression has now. Rejects when the expression is none. */
  query(expression: string): Promise<Sample[]>
}

/** Starts one with the configuration of the example, but with these targets by job, scraped twice a second. */
export async function startPrometheus(targets: Readonly<Record<string, string>>): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'mosec-prometheus-'))
  await cp(join(example, 'prometheus'), join(folder, 'prometheus'), { recursive: true })
  await writeFile(join(folder, 'prometheus.yml'), await configWith(targets))
  const child = spawn(
    'prometheus',
    ['--config.file=prometheus.yml', '--storage.tsdb.path=data', '--web.listen-address=127.0.0.1:0'],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const ended = once(child, 'close')
  const url = `http://${await listeningAddress(child)}`
  return {
    query: (expression) => query(url, expression),
    async [Symbol.asyncDispose]() {
      child.kill()
      await ended
      await rm(folder, { recursive: true })
    },
  }
}

async function configWith(targets: Readonly<Record<string, string>>): Promise<string> {
  const config = parse(await readFile(join(example, 'prometheus.yml'), 'utf8'))
  config.global = { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' }
  for (const job of config.scrape_configs) job.static_configs = [{ targets: [targets[job.job_name]] }]
  return stringify(config)
}

/** From the line in its log; rejects with the whole log when it ends before. */
function listeningAddress({ stderr }: ChildProcess): Promise<string> {
  const lines: string[] = []
  return new Promise((resolve, reject) => {
    if (stderr === null) throw new Error('standard error is no pipe')
    const log = createInterface({ input: stderr })
    log.on('line', (line) => {
      lines.push(line)
      const address = /msg="Listening on".* address=(\S+)/.exec(line)?.[1]
      if (address !== undefined) resolve(address)
    })
    log.on('close', () => reject(new Error(`prometheus ended:\n${lines.join('\n')}`)))
  })
}

async function query(url: string, expression: string): Promise<Sample[]> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expression })}`)
  const { status, error, data } = (await response.json()) as Answer
  if (status !== 'success') throw new Error(`${expression}: ${error}`)
  return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
}

interface Answer {
  readonly status: string
  readonly error?: string
  readonly data: {
    readonly result: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[]
  }
}
