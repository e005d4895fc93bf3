/**
 * Writes small ONNX models: enough of the format for the product that every provider must compute, and for tests. Numbers
 * of fields are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */

/** Element types by their number in the format. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
} as const

/** An input or an output. A dimension that is a word is free. */
export interface ValueInfo {
  readonly name: string
  readonly type: keyof typeof elementTypes
  readonly shape: readonly (number | string)[]
}

/** One operation. */
export interface GraphNode {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Integer attributes. */
  readonly attributes?: Readonly<Record<string, number>>
}

/** A whole model. */
export interface SmallModel {
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  readonly nodes: readonly GraphNode[]
  /** Float constants, by name. */
  readonly weights?: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>
  >
  /** Version of the operations; 13 when left out. */
  readonly opset?: number
}

/** The bytes of an `.onnx` file. */
export function writeModel({ inputs, outputs, nodes, weights = {}, opset = 13 }: SmallModel): Uint8Array {
  const graph = [
    ...nodes.map((node) => bytes(1, nodeBytes(node))),
    text(2, 'graph'),
    ...Object.entries(weights).map(([name, { shape, data }]) => bytes(5, weightBytes(name, shape, data))),
    ...inputs.map((info) => bytes(11, infoBytes(info))),
    ...outputs.map((info) => bytes(12, infoBytes(info))),
  ]
  const irVersion = 8
  return Buffer.concat([integer(1, irVersion), bytes(7, graph), bytes(8, [text(1, ''), integer(2, opset)])])
}

function nodeBytes({ op, inputs, outputs, attributes = {} }: GraphNode): Uint8Array[] {
  const integerType = 2
  const fields = Object.entries(attributes).map(([name, value]) =>
    bytes(5, [text(1, name), integer(3, value), integer(20, integerType)]),
  )
  return [
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...fields,
  ]
}

function weightBytes(name: string, shape: readonly number[], data: Float32Array): Uint8Array[] {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return [
    ...shape.map((length) => integer(1, length)),
    integer(2, elementTypes.float32),
    text(8, name),
    bytes(9, [raw]),
  ]
}

function infoBytes({ name, type, shape }: ValueInfo): Uint8Array[] {
  const dimensions = shape.map((length) =>
    bytes(1, [typeof length === 'number' ? integer(1, length) : text(2, length)]),
  )
  const tensor = [integer(1, elementTypes[type]), bytes(2, dimensions)]
  return [text(1, name), bytes(2, [bytes(1, tensor)])]
}

// The three forms of Protocol Buffers that are needed: https://protobuf.dev/programming-guides/encoding
const integer = (field: number, value: number): Uint8Array =>
  Buffer.from([...varint(field << 3), ...varint(value)])

const text = (field: number, value: string): Uint8Array => bytes(field, [Buffer.from(value)])

function bytes(field: number, parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([...varint((field << 3) | 2), ...varint(content.length)]), content])
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]
}
