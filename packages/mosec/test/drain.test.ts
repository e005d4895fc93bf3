import { Agent, request } from 'node:http'
import type { Program } from 'mosec/testing'
import { describe, expect, it } from 'vitest'
import { openHold } from './held-request.ts'
import { sendIfRunning } from './running-processes.ts'
import { get, post, start } from './square-client.ts'

describe.each([
  ['--drain-delay', ['--drain-delay', '60000'], {}],
  ['MOSEC_DRAIN_DELAY', [], { MOSEC_DRAIN_DELAY: '60000' }],
])('%s', (_, flags, env) => {
  it('drain delay: ready goes 503 at once, new requests are still served; a second signal ends at once', async () => {
    const program = await start('square', { flags, env })
    const ended = program.stop()
    await program.logged(({ msg }) => msg?.startsWith('SIGTERM') === true)
    expect(await get(program, '/health/ready')).toMatchObject({
      status: 503,
      body: expect.stringMatching('draining'),
    })
    expect(await get(program, '/')).toMatchObject({ status: 503, body: 'gracefully shutting down' })
    expect((await get(program, '/health/live')).status).toBe(200)
    expect((await post(program, { x: 7 })).status).toBe(200)
    // Repeated, since a repeat within milliseconds counts as the same request.
    await expect.poll(() => sendIfRunning(program.pid, 'SIGTERM')).toBe(false)
    expect((await ended).code).toBe(143)
  })
})

it('SIGTERM: new requests get 503 while those in flight finish', async () => {
  await using hold = await openHold()
  const program = await start('square')
  // A connection that is busy stays open, and the next request comes on another one, opened before.
  const inFlight = post(program, { x: 6, hold: hold.url })
  const release = await hold.next()
  const idle = new KeepAliveClient()
  const ended = program.stop()
  await program.logged(({ msg }) => msg?.startsWith('SIGTERM') === true)
  expect(await idle.post(program, { x: 1 })).toMatchObject({ status: 503, body: 'gracefully shutting down' })
  release()
  expect((await inFlight).status).toBe(200)
  expect(await ended).toEqual({ code: 0, signal: null })
  idle.close()
})

it('rolling restart: a steady client over keep-alive connections that honours readiness sees no failure', async () => {
  const flags = ['--drain-delay', '300']
  const old = await start('square', { flags })
  await using young = await start('square', { flags })
  const client = new SteadyClient([old, young])
  const running = client.run(4)
  await expect.poll(() => client.served.get(old) ?? 0).toBeGreaterThan(20)

  expect(await old.stop()).toEqual({ code: 0, signal: null })
  const servedBefore = client.served.get(young) ?? 0
  await expect.poll(() => client.served.get(young) ?? 0).toBeGreaterThan(servedBefore + 20)
  client.isStopped = true
  await running

  expect(client.failures).toEqual([])
})

interface Plain {
  readonly status: number | undefined
  readonly body: string
}

class KeepAliveClient {
  readonly #agent = new Agent({ keepAlive: true })

  post(program: Program, body: unknown): Promise<Plain> {
    return this.#send(`${program.url}/inference`, { method: 'POST', body: JSON.stringify(body) })
  }

  get(program: Program, path: string): Promise<Plain> {
    return this.#send(`${program.url}${path}`, { method: 'GET', body: '' })
  }

  close(): void {
    this.#agent.destroy()
  }

  #send(url: string, { method, body }: { readonly method: string; readonly body: string }): Promise<Plain> {
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, agent: this.#agent }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => {
          text += part
        })
        response.on('end', () => resolve({ status: response.statusCode, body: text }))
        response.on('error', reject)
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }
}

/** Asks the first server that says it is ready, as a load balancer would. */
class SteadyClient {
  readonly served = new Map<Program, number>()
  readonly failures: unknown[] = []
  isStopped = false
  readonly #client = new KeepAliveClient()
  readonly #servers: Program[]

  constructor(servers: readonly Program[]) {
    this.#servers = [...servers]
  }

  async run(lanes: number): Promise<void> {
    await Promise.all(Array.from({ length: lanes }, () => this.#lane()))
    this.#client.close()
  }

  async #lane(): Promise<void> {
    while (!this.isStopped) {
      const [server] = this.#servers
      if (server === undefined) throw new Error('no server is ready')
      await this.#ask(server)
    }
  }

  async #ask(server: Program): Promise<void> {
    try {
      const ready = await this.#client.get(server, '/health/ready')
      if (ready.status === 503) {
        this.#servers.splice(this.#servers.indexOf(server), this.#servers.includes(server) ? 1 : 0)
        return
      }
      const { status, body } = await this.#client.post(server, { x: 3 })
      if (status === 200) this.served.set(server, (this.served.get(server) ?? 0) + 1)
      else this.failures.push({ status, body })
    } catch (error) {
      this.failures.push(error)
    }
  }
}
