/** Behind a TCP balancer, servers are replaced one after another while clients go on asking. */

import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Program } from 'mosec/testing'
import { expect, it } from 'vitest'
import { haproxyMissing, startBalancer } from './haproxy.ts'
import { start } from './square-client.ts'

if (haproxyMissing !== undefined) console.log(`rolling restarts are not tested: ${haproxyMissing}`)

/** Several times as long as the balancer takes to notice, also on a busy machine. */
const flags = ['--drain-delay', '1500']
const CYCLES = 3
/** Between two requests of a client, so that servers which start have the processor, in milliseconds. */
const PAUSE_MS = 5

it.skipIf(haproxyMissing !== undefined)(
  'rolling restart behind HAProxy: clients with and without keep-alive see no failed request, cycle after cycle',
  { timeout: 120_000 },
  async () => {
    await using balancer = await startBalancer()
    let old: Program = await start('square', { flags })
    await balancer.add('a', old.url)
    await using clients = new SteadyClients(balancer.url)
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      await clients.served(60)
      const young = await start('square', { flags })
      await balancer.add(cycle % 2 === 0 ? 'b' : 'a', young.url)
      expect(await old.stop()).toEqual({ code: 0, signal: null })
      old = young
    }
    await clients.served(60)
    await clients.stop()
    expect(clients.failures).toEqual([])
    expect(await old.stop()).toEqual({ code: 0, signal: null })
  },
)

/** Each asks again soon after it has its answer, half of them on connections that they keep. */
class SteadyClients implements AsyncDisposable {
  readonly failures: unknown[] = []
  readonly #url: string
  readonly #lanes: Promise<void>[]
  #count = 0
  #isStopped = false

  constructor(url: string) {
    this.#url = url
    this.#lanes = [true, true, true, false, false, false].map((keepAlive) => this.#lane(keepAlive))
  }

  /** Resolves when so many more requests were answered. */
  async served(more: number): Promise<void> {
    const target = this.#count + more
    await expect.poll(() => this.#count, { timeout: 30_000 }).toBeGreaterThanOrEqual(target)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#lanes)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #lane(keepAlive: boolean): Promise<void> {
    const agent = new Agent({ keepAlive, maxSockets: 1 })
    while (!this.#isStopped) {
      const outcome = await askOnce(this.#url, agent)
      if (outcome !== '200 {"x":9}') this.failures.push({ keepAlive, outcome, served: this.#count })
      this.#count++
      await pause(PAUSE_MS)
    }
    agent.destroy()
  }
}

/** Status and body, or what broke. */
function askOnce(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const sent = request(`${url}/inference`, { method: 'POST', agent }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        body += part
      })
      response.on('end', () => resolve(`${response.statusCode} ${body.replace(/,"pid":\d+/, '')}`))
      response.on('error', (error) => resolve(`broken answer: ${error.message}`))
    })
    sent.on('error', (error) => resolve(`no answer: ${error.message}`))
    sent.end('{"x":3}')
  })
}
