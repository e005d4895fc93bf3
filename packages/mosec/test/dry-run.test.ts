import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { runToEnd } from './run-to-end.ts'

/** Without what differs from run to run, or from one Node to the next. */
const lasting = (text: string): string =>
  text.replaceAll(/\d+\.\d ms/g, '- ms').replaceAll(/\(\d+ bytes\)/g, '(- bytes)')

it.each([
  ['process', '7'],
  ['thread', '7'],
  ['inline', ''],
])(
  'dry run: one replica per stage, first env, examples through the whole pipeline, in/out and time of each stage',
  async (ISOLATION, device) => {
    const { code, output } = await runToEnd('rehearsed', ['--dry-run'], {
      ISOLATION,
      CUDA_VISIBLE_DEVICES: '',
    })
    expect(lasting(output)).toBe(`set up Show 1 on device ${device}

/double: Parse_1 -> Double_2 -> Show_3
  example 1 of 2
    Parse_1: - ms
      in   string(1) '1'
      out  number 1  (- bytes)
    Double_2: - ms
      in   number 1
      out  Float32Array(2) [ 1, 2 ]  (- bytes)
    Show_3: - ms
      in   Float32Array(2) [ 1, 2 ]
      out  object { doubled: 2 }  (13 bytes of application/json)
  example 2 of 2
    Parse_1: - ms
      in   string(1) '2'
      out  number 2  (- bytes)
    Double_2: - ms
      in   number 2
      out  Float32Array(2) [ 2, 4 ]  (- bytes)
    Show_3: - ms
      in   Float32Array(2) [ 2, 4 ]
      out  object { doubled: 4 }  (13 bytes of application/json)

/count: Count_4
  example 1 of 1
    Count_4: - ms
      in   number 2
      out  array(2) [ 'number 1', 'number 2' ]  (16 bytes of text/event-stream)

dry run passed: 3 examples, 4 stages
`)
    expect(code).toBe(0)
  },
)

it.each([
  [
    'one',
    /example 1 of 2.*Show_3.*example 2 of 2.*Double_2: .*FAILED {2}Error: two is too many/s,
    'Double_2: 1 of 3 examples',
  ],
  ['encoding', /Show_3: .*FAILED {2}EncodingError/s, 'Show_3: 2 of 3 examples'],
  ['crash', /Double_2: .*FAILED {2}worker crashed/s, 'Double_2: 2 of 3 examples'],
])('dry run: exit code 1 on failure, and the failing stage named: %s', async (fail, message, summary) => {
  const { code, output } = await runToEnd('rehearsed', ['--dry-run', '--timeout', '20000'], { FAIL: fail })
  expect(output).toMatch(message)
  expect(output).toContain(`dry run FAILED in ${summary} did not go through`)
  // What is sound is still tried.
  expect(output).toContain('number 2')
  expect(code).toBe(1)
})

it('dry run: exit code 1 when a worker cannot start', async () => {
  const { code, errors } = await runToEnd('broken', ['--dry-run'], { BROKEN: 'setup' })
  expect(errors).toMatch(/Broken_1.*set-up.*the model file is missing/s)
  expect(code).toBe(1)
})

it('dry run: says where there is no example, and opens no port', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const env = { BARE: '1', MOSEC_DRY_RUN: '1', MOSEC_PORT: String(port), MOSEC_ADDRESS: '127.0.0.1' }
  const { code, output, errors } = await runToEnd('rehearsed', [], env)
  other.close()
  const line = 'the worker of Bare_5 has neither example nor examples, so nothing went through /bare'
  expect(output).toContain(line)
  expect(errors).toMatch(new RegExp(`"level":"warning".*${line}`))
  expect(code).toBe(0)
})
