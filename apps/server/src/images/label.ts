/** Last stage of `/v1/images/classify`: names for the numbers. */

import { json } from '@mosec/codec-json'
import { msgpack } from '@mosec/codec-msgpack'
import { type Codec, Worker } from '@mosec/core'
import { labels } from './labels.ts'

/** One class of the answer. */
export interface Prediction {
  readonly label: string
  /** From 0 to 1; those of an answer add up to 1. */
  readonly probability: number
}

/** The answer. */
export interface Classification {
  /** All classes, the likeliest first. */
  readonly predictions: readonly Prediction[]
}

/** Answers in JSON, or in msgpack where the client's `Accept` says so. */
export default class LabelWorker extends Worker<Float32Array, Classification> {
  override codecs: readonly Codec[] = [json(), msgpack()]

  override forward(probabilities: Float32Array): Classification {
    const predictions = labels.map((label, index) => ({ label, probability: probabilities[index] ?? 0 }))
    return { predictions: predictions.sort((a, b) => b.probability - a.probability) }
  }
}
