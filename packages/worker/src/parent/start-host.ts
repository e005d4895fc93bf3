/** Starts what a replica runs in, and lays in front of its link what its stage asks for. */

import type { Link, ReplicaOrder } from '@mosec/core'
import { parseReplicaMessage } from '../control/control-messages.ts'
import { placeEnvironment } from '../control/replica-place.ts'
import type { HostPlace, ReplicaHostPorts } from './host-ports.ts'
import { ReplicaChild } from './replica-child.ts'
import type { BroughtLaunch, ReplicaHost, ReplicaLaunch } from './replica-host.ts'
import { ReplicaInline } from './replica-inline.ts'
import { ReplicaThread } from './replica-thread.ts'

/** Starts it. @throws what the system or the stage's launcher throws. */
export function startHost(launch: ReplicaLaunch, place: HostPlace, ports: ReplicaHostPorts): ReplicaHost {
  if ('launcher' in launch) return startBrought(launch, place, ports)
  if (launch.isolation === 'inline') return new ReplicaInline(launch, place, ports)
  const { stage, replica, listener } = place
  const { address } = listener
  const isGuarded = launch.isolation === 'process' && ports.guard?.open(address) === true
  const env = { ...launch.env, ...placeEnvironment({ stage, replica, address, isGuarded }) }
  if (launch.isolation === 'thread') return new ReplicaThread({ ...launch, env }, listener.door, ports)
  const child = new ReplicaChild({ ...launch, env }, ports)
  if (isGuarded) ports.guard?.watch(child)
  return child
}

/** A link, and who is told of tasks that failed alone. */
interface LinkParts {
  readonly link: Link
  readonly isolated: (tasks: number) => void
}

/** The link as the stage wants it. */
export function hostLink(launch: ReplicaLaunch, place: HostPlace, { link, isolated }: LinkParts): Link {
  if (!('launcher' in launch)) return link
  return launch.launcher.link?.(link, orderOf(launch, place), isolated) ?? link
}

/** Its messages come from a program that we do not know, so they are checked here. */
function startBrought(launch: BroughtLaunch, place: HostPlace, ports: ReplicaHostPorts): ReplicaHost {
  const { clock, logger, received } = ports
  return launch.launcher.launch(orderOf(launch, place), {
    clock,
    logger,
    received(value) {
      const message = parseReplicaMessage(value)
      if (message === undefined) logger.debug('ignored an unknown control message')
      else received(message)
    },
  })
}

const orderOf = ({ order }: BroughtLaunch, { stage, replica, listener }: HostPlace): ReplicaOrder => ({
  ...order,
  stage,
  replica,
  address: listener.address,
})
