/** Which GPU each replica of a stage has for itself. */

import { ConfigurationError } from '@mosec/core'

/** A GPU as CUDA names it: its number, or its UUID; several for one replica are `'0,1'`. */
export type Device = number | string

/**
 * The devices of a stage.
 * @param isShared the replicas are in the server's process.
 * @throws ConfigurationError naming what it takes and what came.
 */
export function checkedDevices(devices: readonly Device[] | undefined, isShared: boolean): readonly Device[] {
  if (devices === undefined) return []
  const wrong = Array.isArray(devices) ? devices.find((device) => !isDevice(device)) : devices
  if (wrong !== undefined || devices.length === 0) {
    throw new ConfigurationError(
      `stage option devices takes a list of GPUs, [0, 1] or ['GPU-8e2a...'], got ${JSON.stringify(wrong ?? devices)}`,
    )
  }
  if (!isShared) return devices
  throw new ConfigurationError(
    "stage option devices needs isolation 'process': native code elsewhere sees the environment of the whole server",
  )
}

const isDevice = (device: unknown): boolean =>
  typeof device === 'number' ? Number.isInteger(device) && device >= 0 : /^\S+$/.test(String(device))

/** What a stage says of its replicas' environments. */
export interface ReplicaEnvironment {
  readonly devices: readonly Device[]
  readonly env: readonly Readonly<Record<string, string>>[]
}

/**
 * The environment of one replica. Devices go round: the third of three replicas shares the first of two. TensorFlow would
 * take all of a GPU's memory otherwise, so it is told to take what it needs; both must be there before native code loads.
 * @param own the server's, which the replica inherits.
 * @param replica 1-based number within the stage.
 */
export function replicaEnvironment(
  own: NodeJS.ProcessEnv,
  replica: number,
  { devices, env }: ReplicaEnvironment,
): NodeJS.ProcessEnv {
  const device = devices[(replica - 1) % devices.length]
  if (device === undefined) return { ...own, ...env[replica - 1] }
  const growth = own['TF_FORCE_GPU_ALLOW_GROWTH'] ?? 'true'
  return {
    ...own,
    CUDA_VISIBLE_DEVICES: String(device),
    TF_FORCE_GPU_ALLOW_GROWTH: growth,
    ...env[replica - 1],
  }
}
