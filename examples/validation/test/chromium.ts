/** The system's Chromium, without a window, whose every request to another host is written down and refused. */

import { once } from 'node:events'
import { accessSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium, type Page } from 'playwright-core'

const executablePath = '/usr/bin/chromium'

/** Updates, sign-in and autofill of the browser itself, which no flag ends for good. What a page asks for is in `requested`. */
const BROWSERS_OWN = /\.(?:google|googleapis|gvt1)\.com$/

/** Why there is no browser; undefined when there is one. */
export function chromiumMissing(): string | undefined {
  try {
    accessSync(executablePath)
    return undefined
  } catch {
    return `there is no ${executablePath}: apt-get install chromium`
  }
}

/** A page, and what it asked for. */
export interface Browsing extends AsyncDisposable {
  readonly page: Page
  /** Addresses of all requests that the page made. */
  readonly requested: readonly string[]
  /** Other hosts that were asked for; those that Chromium asks for of its own accord are left out. */
  readonly strangers: readonly string[]
  /** What the page complained about. */
  readonly complaints: readonly string[]
}

/** Starts a browser with one empty page. This machine is reached directly, anything else through a proxy that refuses. */
export async function browse(): Promise<Browsing> {
  const strangers: string[] = []
  const note = (target: string | undefined): void => {
    const { hostname } = new URL(target?.startsWith('http') ? target : `http://${target}`)
    if (!BROWSERS_OWN.test(hostname)) strangers.push(hostname)
  }
  const proxy = createServer((request, response) => {
    note(request.url)
    response.writeHead(403).end()
  })
  proxy.on('connect', (request, socket) => {
    note(request.url)
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const browser = await chromium.launch({
    executablePath,
    proxy: { server: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, bypass: '127.0.0.1' },
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  const page = await browser.newPage()
  const requested: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => requested.push(request.url()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return {
    page,
    requested,
    strangers,
    complaints,
    async [Symbol.asyncDispose]() {
      await browser.close()
      proxy.closeAllConnections()
      proxy.close()
    },
  }
}
