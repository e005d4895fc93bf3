/** What an ingress of `mosec python` runs, instead of the command again: its routes come from the server's process. */

import type { FaceEnv } from '@mosec/http'
import { Hono } from 'hono'
import { takeIngressNumber } from '../ingress/ingress-place.ts'
import { runIngress } from '../ingress/run-ingress.ts'

const number = takeIngressNumber(process.env)
if (number === undefined) throw new Error('this is started by a server, with --ingress')
await runIngress({
  number,
  app: new Hono<FaceEnv>(),
  plugins: [],
  blueprint: () => ({ stages: [], routes: [] }),
  started() {},
})
