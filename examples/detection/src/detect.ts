/** Stage 2: pixels to boxes, with the CenterNet inside the npm package @vladmandic/human. */

import { JsonMixin } from '@mosec/codec-json'
import {
  fileModel,
  type ModelInput,
  packageFile,
  type TensorArray,
  type Tfjs,
  TfjsWorker,
} from '@mosec/runtime-tfjs'
import type { GraphModel, Tensor } from '@tensorflow/tfjs'
import type { Picture } from './decode.ts'
import { labels } from './labels.ts'

/** Numbers that the model gives for one box: left, top, right, bottom, score, class. */
const boxLength = 6
/** Boxes with a lower score are mostly wrong. */
const minScore = 0.4

/** One object in the picture. */
export interface Detection {
  readonly label: string
  /** From 0 to 1. */
  readonly score: number
  /** Left, top, right and bottom in pixels of the picture that was sent. */
  readonly box: number[]
}

export default class Detect extends JsonMixin(TfjsWorker)<Picture, Detection[], Float32Array, GraphModel> {
  override load(tf: Tfjs): Promise<GraphModel> {
    return tf.loadGraphModel(
      fileModel(packageFile('@vladmandic/human', 'models/centernet.json', import.meta.url)),
    )
  }

  override preprocess({ pixels }: Picture): Float32Array {
    return new Float32Array(pixels)
  }

  /** The graph decodes its own boxes in one of its three outputs. */
  override predict(model: GraphModel, input: ModelInput): Tensor {
    return model.execute(input, 'tower_0/detections') as Tensor
  }

  /** 100 boxes in a row, most of them of nothing. */
  override postprocess(row: TensorArray, { width, height }: Picture): Detection[] {
    const detections: Detection[] = []
    for (let start = 0; start < row.length; start += boxLength) {
      const [left = 0, top = 0, right = 0, bottom = 0, score = 0, label = 0] = row.subarray(start)
      const box = [left * width, top * height, right * width, bottom * height].map((n) => Math.round(n / 512))
      if (score >= minScore) detections.push({ label: labels[label] ?? 'unknown', score, box })
    }
    return detections.sort((a, b) => b.score - a.score)
  }
}
