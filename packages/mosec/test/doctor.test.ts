/** `mosec doctor` as a person starts it: exit codes, JSON, and backends that crash, hang or throw. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { tempFolder } from './temp-folder.ts'

const program = fileURLToPath(new URL('../bin/mosec.js', import.meta.url))
const root = fileURLToPath(new URL('../../../', import.meta.url))

// Package managers put all that they installed there, also what the project does not depend on.
const env = { ...process.env, NODE_PATH: '' }

async function run(cwd: string, ...flags: string[]) {
  const child = spawn(process.execPath, [program, 'doctor', ...flags], { cwd, env })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const [code] = await once(child, 'close')
  return { code, output, errors }
}

/** A runtime with a backend for each way to fail. */
const runtime = (backends: readonly string[]): string => `
export const doctor = {
  runtime: 'tfjs',
  backends: ${JSON.stringify(backends)},
  examine: async (backend) => {
    console.log('a native library talks on standard output')
    if (backend === 'crash') { console.error('fatal: bad GPU'); process.kill(process.pid, 'SIGSEGV'); await new Promise(() => {}) }
    if (backend === 'throw') throw new Error('examine failed')
    if (backend === 'exit') process.exit(7)
    setInterval(() => {}, 1000)
    if (backend === 'hang') await new Promise(() => {})
    return { subject: 'tfjs/fine', status: 'ok', summary: 'good', details: { loadMs: 12, productMs: 0.5 } }
  },
}
export async function buildTfjsNode({ isGpu, onStep, tensorflowVersion }) {
  onStep('trying')
  if (isGpu) throw Object.assign(new Error('no compiler'), { nextStep: 'apt-get install g++' })
  return { packageName: 'x', addonFile: '/x', tensorflowVersion, isUsingGpu: false, productMs: 1, wasThere: false }
}
`

async function projectWithRuntime(backends = ['crash', 'throw', 'exit', 'fine']) {
  const folder = await tempFolder()
  const home = join(folder.path, 'node_modules', '@mosec', 'runtime-tfjs')
  await mkdir(home, { recursive: true })
  const manifest = { name: '@mosec/runtime-tfjs', type: 'module', exports: { './doctor': './doctor.js' } }
  await writeFile(join(home, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(home, 'doctor.js'), runtime(backends))
  return folder
}

describe('mosec doctor', () => {
  it('survives backends that crash, throw or end the process, and says how each ended', async () => {
    await using folder = await projectWithRuntime()
    const { code, output } = await run(folder.path)
    expect(output).toMatch(/problem {2}tfjs\/crash +its process ended with SIGSEGV: fatal: bad GPU\n/)
    expect(output).toMatch(/problem {2}tfjs\/throw +its process ended with code 1: Error: examine failed\n/)
    expect(output).toMatch(/problem {2}tfjs\/exit +its process ended with code 7\n/)
    expect(output).toMatch(/ok {7}tfjs\/fine +good; loads in 12 ms, a 256x256 product takes 0\.50 ms\n/)
    expect(output).toContain('npm install @mosec/runtime-onnx')
    expect(output).not.toContain('\u001b[')
    expect(code).toBe(0)
  })

  it('gives up a backend that does not answer', async () => {
    await using folder = await projectWithRuntime(['hang'])
    const { code, output } = await run(folder.path, '--backend', 'hang', '--timeout', '1')
    expect(output).toMatch(/problem {2}tfjs\/hang +did not answer in 1 s\n/)
    expect(code).toBe(1)
  })

  it('ends with 1 when the wanted backend cannot be used, and tries no other', async () => {
    await using folder = await projectWithRuntime()
    const broken = await run(folder.path, '--backend', 'tfjs/crash')
    expect(broken.code).toBe(1)
    expect(broken.output).toContain('not well: tfjs/crash cannot be used')
    expect(broken.output).not.toContain('tfjs/fine')
    expect((await run(folder.path, '--backend', 'fine')).code).toBe(0)
    const unknown = await run(folder.path, '--backend', 'quantum')
    expect(unknown.code).toBe(1)
    expect(unknown.output).toContain(
      'there is no backend "quantum"; there are tfjs/crash, tfjs/throw, tfjs/exit, tfjs/fine, onnx/cuda, onnx/webgpu, onnx/cpu',
    )
    const lacking = await run(folder.path, '--backend', 'cuda')
    expect(lacking.code).toBe(1)
    expect(lacking.output).toContain('next: npm install @mosec/runtime-onnx onnxruntime-node')
  })

  it('with --json prints one document and nothing else', async () => {
    await using folder = await projectWithRuntime()
    const { output, errors } = await run(folder.path, '--json', '--backend', 'fine')
    const document: unknown = JSON.parse(output)
    expect(document).toMatchObject({
      isWell: true,
      message: 'tfjs/fine works',
      machine: expect.arrayContaining([expect.objectContaining({ subject: 'Node', status: 'ok' })]),
      runtimes: [{ subject: 'tfjs/fine', status: 'ok', details: { loadMs: 12, productMs: 0.5 } }],
    })
    expect(errors).toBe('')
  })

  it('ends with 1 when the port that was asked for is taken, and with 2 when the call is wrong', async () => {
    await using folder = await tempFolder()
    const server = createServer().listen(0, '0.0.0.0')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const taken = await run(folder.path, '--port', String(port))
    server.close()
    expect(taken.code).toBe(1)
    expect(taken.output).toContain(`not well: port ${port}: `)
    expect((await run(folder.path, '--port', 'x')).code).toBe(2)
    expect((await run(folder.path, '--wrong')).code).toBe(2)
    expect((await run(folder.path, '--help')).code).toBe(0)
  })

  it("really loads and measures wasm of TensorFlow.js, and says what tfjs-node's absence needs", async () => {
    const project = join(root, 'packages', 'runtime-tfjs')
    const wasm = await run(project, '--backend', 'wasm')
    expect(wasm.output).toMatch(
      /ok {7}tfjs\/wasm +TensorFlow\.js 4\.\d+\.\d+; loads in \d+ ms, a 256x256 product takes/,
    )
    expect(wasm.code).toBe(0)
    const native = await run(project, '--backend', 'tensorflow')
    expect(native.output).toContain('npx mosec doctor --build-tfjs-node')
    expect(native.code).toBe(1)
  })
})

describe('mosec doctor --build-tfjs-node', () => {
  it("asks the project's runtime, tells its steps, and what helps when it fails", async () => {
    await using folder = await projectWithRuntime()
    const built = await run(folder.path, '--build-tfjs-node', '--tensorflow-version', '2.20.0')
    expect(built).toMatchObject({ code: 0, errors: '' })
    expect(built.output).toMatch(
      /\.\.\. trying\n {2}ok {7}tfjs-node +is built and works, with TensorFlow 2\.20\.0\n/,
    )
    const failed = await run(folder.path, '--build-tfjs-node', '--gpu')
    expect(failed.code).toBe(1)
    expect(failed.output).toMatch(/problem {2}tfjs-node-gpu +no compiler\n +-> apt-get install g\+\+\n/)
  })

  it('without the runtime says what to install', async () => {
    await using folder = await tempFolder()
    const { code, output } = await run(folder.path, '--build-tfjs-node')
    expect(code).toBe(1)
    expect(output).toContain('-> npm install @mosec/runtime-tfjs')
  })
})
