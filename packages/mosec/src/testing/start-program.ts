/** A server's program in a process of its own, on a free port, for tests. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** What to run. */
export interface StartProgramOptions {
  /** Path of the program. */
  readonly file: string
  /** Flags for the program, behind those of `listen`. */
  readonly flags?: readonly string[]
  /** Where it listens; `--port 0 --address 127.0.0.1` when left out. */
  readonly listen?: readonly string[]
  /** Flags for Node, `['--import', 'tsx']` for a program in TypeScript. */
  readonly nodeFlags?: readonly string[]
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A line of the program's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string }

/** A running program. */
export interface Program extends AsyncDisposable {
  readonly pid: number
  /** `http://127.0.0.1:<port>`. */
  readonly url: string
  /** What it has logged so far: the JSON lines of its standard error. */
  readonly log: readonly LogLine[]
  /** Everything it has written so far, both streams. */
  output(): string
  /** Resolves with the first logged line, past or to come, that `matches`; rejects when the program ends before. */
  logged(matches: (line: LogLine) => boolean): Promise<LogLine>
  /** Resolves when it has ended. */
  readonly ended: Promise<Exit>
  /** Sends a signal, SIGTERM when left out, and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Exit>
}

/**
 * Starts a program and waits until it is ready.
 * @throws Error with all that the program wrote when it ends before it is ready.
 */
export async function startProgram(options: StartProgramOptions): Promise<Program> {
  const program = new RunningProgram(options)
  try {
    await program.ready()
    return program
  } catch (error) {
    await program.stop('SIGKILL')
    throw error
  }
}

const freePort = ['--port', '0', '--address', '127.0.0.1']

class RunningProgram implements Program {
  readonly log: LogLine[] = []
  readonly ended: Promise<Exit>
  url = ''
  readonly #child: ChildProcess
  readonly #written: string[] = []
  readonly #waiting = new Set<() => void>()

  constructor({ file, flags = [], listen = freePort, nodeFlags = [], env = {}, cwd }: StartProgramOptions) {
    const args = [...nodeFlags, file, ...listen, ...flags]
    this.#child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    })
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve({ code, signal }))
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#wrote(line))
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  output(): string {
    return this.#written.join('\n')
  }

  async ready(): Promise<void> {
    const line = await this.logged(({ url }) => typeof url === 'string')
    this.url = String(line['url'])
  }

  logged(matches: (line: LogLine) => boolean): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const line = this.log.find(matches)
        if (line === undefined) return
        this.#waiting.delete(look)
        resolve(line)
      }
      this.#waiting.add(look)
      look()
      void this.ended.then(({ code, signal }) => {
        reject(new Error(`the program ended (code ${code}, signal ${signal}) and wrote:\n${this.output()}`))
      })
    })
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.#child.kill(signal)
    return this.ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #wrote(line: string): void {
    this.#written.push(line)
    const parsed = parseLogLine(line)
    if (parsed === undefined) return
    this.log.push(parsed)
    for (const look of [...this.#waiting]) look()
  }
}

function parseLogLine(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as LogLine
  } catch {
    return undefined
  }
}
