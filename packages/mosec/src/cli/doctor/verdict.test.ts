/** When the doctor says "not well", and how it looks. */

import type { Finding, FindingStatus } from '@mosec/core'
import { describe, expect, it } from 'vitest'
import { Report } from './report.ts'
import { judge } from './verdict.ts'

const finding = (subject: string, status: FindingStatus, nextStep?: string): Finding => ({
  subject,
  status,
  summary: `${subject} is ${status}`,
  ...(nextStep !== undefined && { nextStep }),
})

const machine = [finding('Node', 'ok'), finding('GPU', 'absent'), finding('port 8000', 'warning')]
const runtimes = [
  finding('tfjs/tensorflow-gpu', 'absent', 'npm install gpu'),
  finding('tfjs/tensorflow', 'problem', 'npx mosec doctor --build-tfjs-node'),
  finding('tfjs/cpu', 'ok'),
  finding('onnx/cpu', 'problem'),
  finding('onnx/webgpu', 'warning'),
]

describe('the verdict', () => {
  it('is well when nothing was asked for, whatever backends lack', () => {
    expect(judge({ machine, runtimes })).toEqual({
      isWell: true,
      message: 'these work: tfjs/cpu, onnx/webgpu',
    })
    expect(judge({ machine, runtimes: [] })).toMatchObject({ isWell: true })
  })

  it('is not well when the wanted backend cannot be used, with the next step', () => {
    expect(judge({ machine, runtimes }, 'tensorflow')).toEqual({
      isWell: false,
      message: 'tfjs/tensorflow cannot be used: tfjs/tensorflow is problem',
      nextStep: 'npx mosec doctor --build-tfjs-node',
    })
    expect(judge({ machine, runtimes }, 'tensorflow-gpu')).toMatchObject({ isWell: false })
    expect(judge({ machine, runtimes }, 'onnx/cpu')).toMatchObject({ isWell: false })
  })

  it('lists the names where there is no such backend, and says who has it where it is not installed', () => {
    const onnx = {
      ...finding('onnx', 'absent', 'npm install onnx'),
      details: { backends: ['onnx/cuda', 'onnx/cpu'] },
    }
    const found = { machine, runtimes: [finding('tfjs', 'absent', 'npm install tfjs'), onnx] }
    expect(judge(found, 'quantum', ['tfjs/wasm'])).toEqual({
      isWell: false,
      message: 'there is no backend "quantum"; there are tfjs/wasm, onnx/cuda, onnx/cpu',
    })
    expect(judge(found, 'cuda', ['tfjs/wasm'])).toEqual({
      isWell: false,
      message: 'the backend "cuda" cannot be used: onnx is absent',
      nextStep: 'npm install onnx',
    })
  })

  it('is well when one runtime has the wanted backend working', () => {
    expect(judge({ machine, runtimes }, 'cpu')).toMatchObject({ isWell: true, message: 'tfjs/cpu works' })
    expect(judge({ machine, runtimes }, 'onnx/webgpu')).toMatchObject({ isWell: true })
  })

  it('is not well when the machine has a problem', () => {
    const broken = [...machine, finding('sockets', 'problem', 'set TMPDIR')]
    expect(judge({ machine: broken, runtimes }, 'cpu')).toMatchObject({
      isWell: false,
      nextStep: 'set TMPDIR',
    })
  })
})

describe('the report', () => {
  function written(stream: { isTTY?: boolean; hasColors?: () => boolean }): string {
    let text = ''
    const report = new Report({ ...stream, write: (more: string) => (text += more) })
    report.heading('Runtimes')
    report.finding({ ...finding('tfjs/wasm', 'ok'), details: { loadMs: 512.4, productMs: 1.74 } })
    report.finding({ ...finding('tfjs/cpu', 'ok'), details: { loadMs: 12, productMs: 139.6 } })
    report.finding(finding('tfjs/tensorflow', 'problem', 'build it'))
    report.verdict({ isWell: false, message: 'no', nextStep: 'do' })
    return text
  }

  const plain = `Runtimes
  ok       tfjs/wasm            tfjs/wasm is ok; loads in 512 ms, a 256x256 product takes 1.7 ms
  ok       tfjs/cpu             tfjs/cpu is ok; loads in 12 ms, a 256x256 product takes 140 ms
  problem  tfjs/tensorflow      tfjs/tensorflow is problem
                                -> build it

not well: no
next: do
`

  it('has columns, the next step below, and the speed of a backend', () => {
    expect(written({})).toBe(plain)
  })

  it('has colours on a terminal that has them, and nowhere else', () => {
    expect(written({ isTTY: true, hasColors: () => false })).toBe(plain)
    expect(written({ isTTY: false, hasColors: () => true })).toBe(plain)
    expect(written({ isTTY: true, hasColors: () => true })).toContain('\u001b[31mproblem\u001b[39m')
  })
})
