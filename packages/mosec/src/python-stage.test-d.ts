/** What the compiler must accept and refuse of stages in Python; compiled with the package, never run. */

import { type PythonOptions, type PythonStageOptions, pythonStage } from '@mosec/python'
import { type BatchStageOptions, Server, stage, Worker } from './index.ts'

class Decode extends Worker<string, Float32Array> {
  override forward(text: string): Float32Array {
    return Float32Array.of(text.length)
  }
}

const server = new Server()
server.route('/fits', stage(Decode), pythonStage<Float32Array, { x: number }>('model.py:Model'))
// @ts-expect-error the stage in Python takes no Float32Array
server.route('/misfits', stage(Decode), pythonStage<{ y: number }, string>('model.py:Model'))

/** Every option of a stage but where a replica runs, and nothing else. */
type OfAllStages = Omit<BatchStageOptions, 'isolation'>
type OfPython = Omit<PythonStageOptions, keyof PythonOptions>
export const all: Required<OfPython> = {} as Required<OfAllStages>
export const own: Required<OfAllStages> = {} as Required<OfPython>
