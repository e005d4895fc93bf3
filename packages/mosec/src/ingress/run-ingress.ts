/** An ingress process: the HTTP face and the user's own handlers, in front of a scheduler in another process. */

import { Socket } from 'node:net'
import { ConfigurationError, type Submitter } from '@mosec/core'
import { createHttpFace, type HttpFace, type HttpFaceOptions } from '@mosec/http'
import { RemoteSubmitter } from '@mosec/ipc'
import { watchParent } from '@mosec/worker'
import type { Blueprint } from '../blueprint.ts'
import { giveHeapRoom } from '../heap-room.ts'
import { createLogger, type ServerLogger } from '../log/index.ts'
import type { Plugin } from '../plugin.ts'
import { serveOpenApi } from '../service/open-api.ts'
import type { RunningService } from '../service/running-service.ts'
import { Asker } from './asker.ts'
import { SUBMISSIONS_FD } from './ingress-place.ts'
import type { BeginMessage, FaceSettings, FromIngress, ToIngress } from './messages.ts'
import { plainRequest, webResponse } from './plain-web.ts'

/** What the main module, which runs again here, brings. */
export interface IngressParts {
  /** From 1. */
  readonly number: number
  readonly app: HttpFace['app']
  readonly plugins: readonly Plugin[]
  readonly blueprint: () => Blueprint
  /** Told of what handlers may use from now on. */
  readonly started: (service: RunningService) => void
}

/** Serves connections until the server's process says that it is enough, or is gone; ends the process. */
export async function runIngress(parts: IngressParts): Promise<never> {
  // The server decides when it leaves.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  process.once('disconnect', () => process.exit(1))
  giveHeapRoom()
  const asker = new Asker(say)
  await begun(asker, (begin) => start(begin, parts, asker))
  return process.exit(0)
}

type Message = Exclude<ToIngress, BeginMessage>

interface Running {
  received(message: Message, handle: unknown): void
  readonly closed: Promise<void>
}

/** Says hello, starts with what comes back, and resolves when it is told to close and has. */
function begun(asker: Asker, begin: (message: BeginMessage) => Running): Promise<void> {
  return new Promise((resolve, reject) => {
    let running: Running | undefined
    process.on('message', (message: ToIngress, handle: unknown) => {
      if (message.type === 'reply' || message.type === 'failed') asker.answered(message)
      else if (message.type === 'begin') {
        running = begin(message)
        running.closed.then(resolve, reject)
      } else running?.received(message, handle)
    })
    say({ type: 'hello' })
  })
}

function start(begin: BeginMessage, parts: IngressParts, asker: Asker): Running {
  const { number, app, plugins } = parts
  const logger = createLogger({ level: begin.logLevel }).child({ ingress: number })
  watchParent({ parent: process.ppid, logger })
  for (const plugin of plugins) plugin.setup?.({ app, logger })
  serveOpenApi(app, () => begin.api)
  let over: () => void = () => {}
  const closed = new Promise<void>((resolve) => {
    over = resolve
  })
  const submitter = new RemoteSubmitter({
    socket: new Socket({ fd: SUBMISSIONS_FD }),
    routes: begin.face.routes.map(({ path }) => path),
    closed(reason) {
      logger.debug('the scheduler is not reached any more', { reason })
      over()
    },
  })
  const face = createHttpFace({ ...faceOptions(begin.face, { submitter, logger, asker }), app })
  parts.started(ingressService({ begin, parts, submitter, face, asker }))
  const accepting = face.accept()
  say({ type: 'ready' })
  return {
    closed,
    received({ type }, handle) {
      if (type === 'connection' && handle instanceof Socket) accepting.accept(handle)
      if (type === 'drain') accepting.drain()
      if (type === 'close') accepting.close().then(() => submitter.close())
    },
  }
}

/** What a server's object can do here; the rest is its own process's. */
function ingressService({ begin, parts, submitter, face, asker }: ServiceParts): RunningService {
  const streams = new Set(begin.face.routes.filter(({ isStream }) => isStream).map(({ path }) => path))
  return {
    scheduler: submitter,
    blueprint: parts.blueprint(),
    face,
    get scaling(): never {
      throw new ConfigurationError(
        'stages are seen and changed in the process of the server, not in an ingress',
      )
    },
    isStream: (route) => streams.has(route),
    async stop() {
      await asker.ask('stop', null)
    },
    kill: async () => {},
  }
}

interface ServiceParts {
  readonly begin: BeginMessage
  readonly parts: IngressParts
  readonly submitter: Submitter
  readonly face: HttpFace
  readonly asker: Asker
}

interface Ports {
  readonly submitter: Submitter & Pick<RemoteSubmitter, 'answered'>
  readonly logger: ServerLogger
  readonly asker: Asker
}

function faceOptions(settings: FaceSettings, { submitter, logger, asker }: Ports): HttpFaceOptions {
  const { hasMetrics, frontPath, ...rest } = settings
  const isFront = ({ url }: Request): boolean => {
    const { pathname } = new URL(url)
    return pathname === frontPath || pathname.startsWith(`${frontPath}/`)
  }
  const front = async (request: Request): Promise<Response> =>
    webResponse(await asker.ask('front', await plainRequest(request)))
  return {
    ...rest,
    submitter,
    logger,
    health: () => asker.ask('health', null),
    // What must live is the scheduler: without its answer a probe waits in vain.
    alive: () => asker.ask('health', null),
    ...(hasMetrics ? { metrics: () => asker.ask('metrics', null) } : {}),
    ...(frontPath === null ? {} : { front: (request) => (isFront(request) ? front(request) : undefined) }),
    observer: { answered: (answer) => submitter.answered(answer) },
  }
}

function say(message: FromIngress): void {
  if (process.connected) process.send?.(message)
}
