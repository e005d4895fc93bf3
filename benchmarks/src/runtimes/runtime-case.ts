/** One model on one runtime and backend: through our adapter, and with the library alone. */

/** Described before anything is loaded. */
export interface RuntimeCase {
  /** As `npm run bench -- runtimes` prints it: `onnx`. */
  readonly runtime: string
  readonly model: string
  /** `cpu, 1 thread`. */
  readonly backend: string
  /** Larger ones take too long, or too much memory. */
  readonly largestBatch: number
  /** Takes too long for a quick run. */
  readonly isSlow?: boolean
  open(): Promise<OpenCase>
}

/** Loaded and warm. Both ways take the same items, and end with one result for each. */
export interface OpenCase {
  /** A worker's `forward`. */
  adapter(batchSize: number): Promise<void>
  /** What one would write by hand: pack the items, run the model, read its output. */
  bare(batchSize: number): Promise<void>
  /** Things of the library that are alive, where it counts them: tensors. */
  alive?(): number
  close(): Promise<void>
}
