import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { childrenOf } from './running-processes.ts'
import { post, start } from './square-client.ts'
import { tempFolder } from './temp-folder.ts'

/** Notes each module that a process loads, with its process id. */
const hook = (file: string): string => `
  import { appendFileSync } from 'node:fs'
  export async function load(url, context, next) {
    appendFileSync(${JSON.stringify(file)}, process.pid + ' ' + url + '\\n')
    return next(url, context)
  }`
const asUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`
const register = (file: string): string =>
  asUrl(`import { register } from 'node:module'; register(${JSON.stringify(asUrl(hook(file)))})`)

/** Server's parts, which a replica has no use for: each file costs every replica half a millisecond and 50 kB. */
const SERVER_ONLY =
  /\/(pino|pino-pretty|commander|prom-client|negotiator|@hono\/node-server)\/|\/core\/dist\/(scheduler|stage|pipeline|queue)\/|\/(metrics|openapi)\/dist\/|\/http\/dist\/(?!paths\.js)|\/ipc\/dist\/(submit|unix-socket-transport|thread|inline)|\/mosec\/dist\/(service|config|log|cli|admin|scaling|dry-run|program)|\/worker\/dist\/(parent|replica)/

it('a replica loads what computes, and nothing of the server', async () => {
  await using temp = await tempFolder()
  const file = join(temp.path, 'loaded')
  await using program = await start('square', { env: { NODE_OPTIONS: `--import=${register(file)}` } })
  expect((await post(program, { x: 3 })).status).toBe(200)
  const [replica] = childrenOf(program.pid)
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  const loadedBy = (pid: number | undefined) =>
    lines.flatMap((line) => (line.startsWith(`${pid} file:`) ? line.slice(`${pid} `.length) : []))

  expect(loadedBy(program.pid).filter((url) => SERVER_ONLY.test(url)).length).toBeGreaterThan(50)
  expect(loadedBy(replica).length).toBeGreaterThan(50)
  expect(loadedBy(replica).filter((url) => SERVER_ONLY.test(url))).toEqual([])
})
