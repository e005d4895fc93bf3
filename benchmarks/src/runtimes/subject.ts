/** A model on a runtime, as one uses it by hand and through the adapter. */

/** What is measured; each backend in a process of its own. */
export interface Subject {
  /** `tfjs mobilenet`, say. */
  readonly name: string
  readonly backends: readonly string[]
  readonly batchSizes: readonly number[]
  /** Loads the model. @throws when the backend cannot be had here; the message is printed. */
  readonly open: (backend: string) => Promise<OpenModel>
}

/** A loaded model. */
export interface OpenModel {
  /** Made before the clock runs. */
  readonly items: (count: number) => readonly unknown[]
  /** With the runtime's own functions, as well as one can: one array for the batch, everything freed. */
  readonly bare: (items: readonly unknown[]) => Promise<unknown>
  readonly adapted: (items: readonly unknown[]) => Promise<readonly unknown[]>
  /** Tensors alive, where the runtime counts them. */
  readonly held: () => number | undefined
}
