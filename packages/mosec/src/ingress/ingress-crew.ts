/** All ingress processes, and the port whose connections they get in turn. */

import { createServer, type Server, type Socket } from 'node:net'
import type { Clock, Logger } from '@mosec/core'
import { type Listening, startErrorOf } from '@mosec/http'
import { RestartPolicy, restartDefaults } from '@mosec/worker/replica'
import { IngressProcess, type IngressProcessOptions } from './ingress-process.ts'

/** What a crew is made of. */
export interface IngressCrewOptions extends Omit<IngressProcessOptions, 'number'> {
  readonly count: number
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Connections that may wait to be accepted. */
  readonly backlog: number
  /** The service timeout: how long answers may take when it closes, in milliseconds. */
  readonly timeoutMs: number
}

/** What a closing ingress is given beyond the service timeout, in milliseconds: its own port waits a second. */
const CLOSE_GRACE_MS = 2_000
/** Connections that wait while no ingress is there. */
const MOST_WAITING = 4096

/** Accepts here and serves there: the system's own way to share a port hands most connections to few processes. */
export class IngressCrew implements Listening {
  readonly host: string
  readonly #options: IngressCrewOptions
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #all = new Set<IngressProcess>()
  /** Those that serve, the one whose turn is next first. */
  readonly #ready: IngressProcess[] = []
  readonly #waiting: Socket[] = []
  readonly #server: Server
  #port: number
  #isOpen = false
  #isDraining = false
  #closed: Promise<void> | undefined

  constructor(options: IngressCrewOptions) {
    this.#options = options
    this.host = options.host
    this.#port = options.port
    this.#clock = options.clock
    this.#logger = options.logger
    // Half open: a client may end its side and still wait for its answer.
    const settings = { allowHalfOpen: true, noDelay: true, pauseOnConnect: true }
    this.#server = createServer(settings, (socket) => this.#accepted(socket))
  }

  get port(): number {
    return this.#port
  }

  /**
   * Starts all, then opens the port.
   * @throws StartError when one does not start, or the port cannot be opened; the signal's reason when aborted.
   */
  async open(signal: AbortSignal): Promise<void> {
    const kill = (): void => this.kill()
    signal.addEventListener('abort', kill)
    try {
      const starts = Array.from({ length: this.#options.count }, (_, index) =>
        this.#start(index + 1, undefined),
      )
      await Promise.all(starts)
      signal.throwIfAborted()
      await this.#listen()
      this.#isOpen = true
    } catch (error) {
      this.kill()
      signal.throwIfAborted()
      throw error
    } finally {
      signal.removeEventListener('abort', kill)
    }
  }

  drain(): void {
    this.#isDraining = true
    for (const ingress of this.#all) ingress.drain()
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  /** Ends all at once. */
  kill(): void {
    this.#closed ??= Promise.resolve()
    this.#stopAccepting()
    for (const ingress of this.#all) ingress.kill()
  }

  async #close(): Promise<void> {
    this.drain()
    this.#stopAccepting()
    const timer = this.#clock.after(this.#options.timeoutMs + CLOSE_GRACE_MS, () => this.kill())
    for (const ingress of this.#all) ingress.close()
    await Promise.all([...this.#all].map(({ ended }) => ended))
    timer.cancel()
  }

  #stopAccepting(): void {
    this.#server.close()
    for (const socket of this.#waiting.splice(0)) socket.destroy()
  }

  #accepted(socket: Socket): void {
    socket.on('error', () => {})
    const ingress = this.#ready.shift()
    if (ingress !== undefined) {
      this.#ready.push(ingress)
      ingress.give(socket)
    } else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(socket)
    else socket.destroy()
  }

  /** @param policy that of the one that died before it. */
  async #start(number: number, policy = new RestartPolicy(restartDefaults, this.#clock)): Promise<void> {
    const ingress = new IngressProcess({ ...this.#options, number })
    this.#all.add(ingress)
    ingress.ended.then((how) => this.#ended(ingress, () => this.#restart(number, how, policy)))
    await ingress.ready
    policy.ready()
    this.#ready.push(ingress)
    if (this.#isDraining) ingress.drain()
    for (const socket of this.#waiting.splice(0)) this.#accepted(socket)
  }

  #ended(ingress: IngressProcess, restart: () => void): void {
    this.#all.delete(ingress)
    const index = this.#ready.indexOf(ingress)
    if (index >= 0) this.#ready.splice(index, 1)
    if (this.#isOpen && this.#closed === undefined) restart()
  }

  #restart(number: number, how: string, policy: RestartPolicy): void {
    const retryInMs = policy.died()
    this.#logger.warning(`ingress ${number} ${how}; it is started again in ${retryInMs} ms`)
    this.#clock.after(retryInMs, () => {
      // Its end is told by the one that watches it.
      if (this.#closed === undefined) this.#start(number, policy).catch(() => {})
    })
  }

  #listen(): Promise<void> {
    const { host, port, backlog } = this.#options
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) => reject(startErrorOf(error, host, port)))
      this.#server.listen({ host, port, backlog }, () => {
        const address = this.#server.address()
        if (typeof address === 'object' && address !== null) this.#port = address.port
        this.#server.removeAllListeners('error')
        resolve()
      })
    })
  }
}
