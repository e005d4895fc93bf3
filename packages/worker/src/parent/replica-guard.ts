/** Ends replicas whose server was killed while their own code never lets them notice: one small shell for all of them. */

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Logger } from '@mosec/core'
import type { ReplicaHost } from './replica-host.ts'

/**
 * Its input is a line for the folder, then one with all replicas at each change. That input ends with the server,
 * however that ends; replicas have a second then to leave in good order. A process id may have been given anew since: on
 * Linux the time of a process's start tells (field 22 of /proc/<pid>/stat, proc(5)).
 */
const SCRIPT = `
trap '' HUP INT QUIT TERM
read -r folder
while read -r line; do replicas=$line; done
[ -n "$replicas" ] || exit 0
sleep 1
for replica in $replicas; do
  pid=\${replica%%:*} start=\${replica#*:}
  if [ -n "$start" ]; then
    read -r stat < "/proc/$pid/stat" || continue
    set -- \${stat##*) }
    [ "\${20}" = "$start" ] || continue
  fi
  kill -9 "$pid" && killed=yes
done
[ -z "$killed" ] || [ -z "$folder" ] || rm -rf -- "$folder"`

/** What a guard is made of. */
export interface ReplicaGuardOptions {
  readonly logger: Logger
  /** The server's own folder behind a replica's address, removed when a replica had to be killed. */
  readonly folderOf: (address: string) => string | undefined
  /** The shell; `/bin/sh` when left out. */
  readonly shell?: string
}

/** Of one server; costs 1.7 MB and 3 ms, where a thread in each replica costs 10 MB and 40 ms. */
export class ReplicaGuard {
  readonly #options: Required<ReplicaGuardOptions>
  #shell: ChildProcess | undefined
  #folder = ''
  /** None is started any more: there is no shell, or all is over. */
  #isOff = false
  /** Time of start by process id. */
  readonly #replicas = new Map<number, string>()

  constructor(options: ReplicaGuardOptions) {
    this.#options = { shell: '/bin/sh', ...options }
  }

  /** False where there is no shell: then the replica at this address has to watch its parent itself. */
  open(address: string): boolean {
    if (this.#shell === undefined && !this.#isOff) {
      this.#folder = this.#options.folderOf(address) ?? ''
      this.#start()
    }
    return this.#shell !== undefined
  }

  /** Of the shell, for logs and tests; undefined while there is none. */
  get pid(): number | undefined {
    return this.#shell?.pid
  }

  /** Guards a process until it has ended. */
  watch({ pid, exited }: Pick<ReplicaHost, 'pid' | 'exited'>): void {
    if (pid === undefined) return
    this.#replicas.set(pid, startOf(pid))
    this.#tell()
    void exited.then(() => {
      this.#replicas.delete(pid)
      this.#tell()
    })
  }

  /** Resolves when the shell is gone; closing twice is harmless. */
  async close(): Promise<void> {
    this.#isOff = true
    const shell = this.#shell
    if (shell === undefined) return
    await new Promise((resolve) => {
      shell.ref()
      shell.once('exit', resolve)
      shell.stdin?.end()
    })
  }

  #start(): void {
    // The last word is what `ps` shows it as.
    const shell = spawn(this.#options.shell, ['-c', SCRIPT, 'mosec-guard'], {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    shell.on('error', (error) => this.#options.logger.debug('no shell guards the replicas', { error }))
    if (shell.pid === undefined) {
      this.#isOff = true
      return
    }
    this.#shell = shell
    shell.unref()
    // It is gone before the last line is written to it.
    shell.stdin?.on('error', () => {})
    shell.stdin?.write(`${this.#folder}\n`)
    shell.once('exit', (code) => this.#exited(code))
    this.#tell()
  }

  /** One that was killed has a successor; one that gave up would have another that does. */
  #exited(code: number | null): void {
    this.#shell = undefined
    if (this.#isOff) return
    if (code === null) {
      this.#start()
      return
    }
    this.#isOff = true
    this.#options.logger.warning(`the guard of the replicas exited with code ${code}`)
  }

  #tell(): void {
    const replicas = [...this.#replicas].map(([pid, start]) => `${pid}:${start}`)
    this.#shell?.stdin?.write(`${replicas.join(' ')}\n`)
  }
}

/** In the system's own unit; empty where it does not say. */
function startOf(pid: number): string {
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? ''
    )
  } catch {
    return ''
  }
}
