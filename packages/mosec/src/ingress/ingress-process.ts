/** One ingress process, as the server's own sees it. */

import { type ChildProcess, fork } from 'node:child_process'
import { Socket } from 'node:net'
import { type Clock, type Logger, StartError } from '@mosec/core'
import { type SubmissionServerOptions, serveSubmissions } from '@mosec/ipc'
import { ingressEnvironment, SUBMISSIONS_FD } from './ingress-place.ts'
import {
  type AskMessage,
  type BeginMessage,
  type FromIngress,
  parseFromIngress,
  type ToIngress,
  type Topic,
} from './messages.ts'

/** The program that is run again, and how. */
export interface IngressLaunch {
  readonly modulePath: string
  readonly args: readonly string[]
}

/** What it is made of. */
export interface IngressProcessOptions {
  /** From 1. */
  readonly number: number
  readonly launch: IngressLaunch
  readonly begin: BeginMessage
  readonly submissions: Omit<SubmissionServerOptions, 'closed'>
  /** Answers its questions. */
  readonly answer: (topic: Topic, asked: unknown) => Promise<unknown>
  readonly clock: Clock
  readonly logger: Logger
}

/** How long the last answers of an ended process are waited for, in milliseconds. */
const LAST_WORDS_MS = 500

/** Started once; whoever wants another makes another. */
export class IngressProcess {
  /** Resolves when it serves. @throws StartError when it ends before. */
  readonly ready: Promise<void>
  /** How it ended, in words; all that it had said was heard before. */
  readonly ended: Promise<string>
  readonly #options: IngressProcessOptions
  readonly #process: ChildProcess
  #sayReady: () => void = () => {}
  #isReady = false

  constructor(options: IngressProcessOptions) {
    this.#options = options
    this.#process = start(options)
    this.ended = this.#watch()
    this.ready = new Promise((resolve, reject) => {
      this.#sayReady = resolve
      this.ended.then((how) =>
        reject(
          new StartError(
            `ingress ${options.number}, where the main module runs again, ${how} before it was ready`,
          ),
        ),
      )
    })
    this.ready.catch(() => {})
    this.#process.on('message', (value) => {
      const message = parseFromIngress(value)
      if (message === undefined) options.logger.debug('ignored an unknown message of an ingress')
      else this.#received(message)
    })
  }

  /** Hands a connection over, from which nothing was read. */
  give(socket: Socket): void {
    this.#process.send({ type: 'connection' } satisfies ToIngress, socket, (error) => {
      if (error !== null) socket.destroy()
    })
  }

  /** See `Serving.drain`. */
  drain(): void {
    this.#send({ type: 'drain' })
  }

  /** Asks it to finish its answers and to end. One that has not begun has none. */
  close(): void {
    if (this.#isReady) this.#send({ type: 'close' })
    else this.kill()
  }

  /** Ends it at once; harmless when it has ended. */
  kill(): void {
    this.#process.kill('SIGKILL')
  }

  #received(message: FromIngress): void {
    if (message.type === 'ask') void this.#answer(message)
    else if (message.type === 'hello') this.#send(this.#options.begin)
    else {
      this.#isReady = true
      this.#sayReady()
    }
  }

  async #answer({ id, topic, asked }: AskMessage): Promise<void> {
    try {
      this.#send({ type: 'reply', id, value: await this.#options.answer(topic, asked) })
    } catch (error) {
      this.#send({ type: 'failed', id, message: error instanceof Error ? error.message : String(error) })
    }
  }

  #send(message: ToIngress): void {
    if (this.#process.connected) this.#process.send(message, () => {})
  }

  #watch(): Promise<string> {
    const submissions = this.#serveSubmissions()
    return new Promise((resolve) => {
      this.#process.on('error', (error) => {
        if (this.#process.pid === undefined) resolve(`could not be started: ${error.message}`)
      })
      this.#process.once('exit', (code, signal) => {
        const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}`
        const late = this.#options.clock.after(LAST_WORDS_MS, () => submissions.stop())
        submissions.closed.then(() => {
          late.cancel()
          resolve(how)
        })
      })
    })
  }

  #serveSubmissions(): { readonly closed: Promise<void>; readonly stop: () => void } {
    const socket = this.#process.stdio[SUBMISSIONS_FD]
    if (!(socket instanceof Socket)) return { closed: Promise.resolve(), stop: () => {} }
    let stop: () => void = () => {}
    const closed = new Promise<void>((resolve) => {
      stop = serveSubmissions(socket, {
        ...this.#options.submissions,
        closed: (reason) => {
          this.#options.logger.debug('the socket of an ingress ended', { reason })
          resolve()
        },
      })
    })
    return { closed, stop: () => stop() }
  }
}

function start({ number, launch }: IngressProcessOptions): ChildProcess {
  return fork(launch.modulePath, launch.args, {
    env: { ...process.env, ...ingressEnvironment(number) },
    serialization: 'json',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
  })
}
