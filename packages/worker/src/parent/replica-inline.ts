/** A replica within this very process: started, asked to leave, and given up, since nothing here can be killed. */

import type { RunInlineOptions } from '../child/run-inline-replica.ts'
import { textOf } from '../control/control-logger.ts'
import type { ParentMessage } from '../control/control-messages.ts'
import { type InlineControl, inlineControl } from '../control/inline-control.ts'
import { deferred } from '../deferred.ts'
import type { HostPlace, ReplicaHostPorts } from './host-ports.ts'
import type { InlineLaunch, ReplicaHost } from './replica-host.ts'

/**
 * One instance of a worker here. Killed, it is given up: what it still answers is dropped, its signals are aborted, and
 * its teardown runs when its last call ends; if that never does, its memory is never freed.
 */
export class ReplicaInline implements ReplicaHost {
  readonly exited: Promise<string>
  isCleanExit = false
  readonly #control: InlineControl
  readonly #exited = deferred<string>()
  #isGone = false

  constructor(launch: InlineLaunch, { stage, replica, listener }: HostPlace, { received }: ReplicaHostPorts) {
    this.exited = this.#exited.promise
    this.#control = inlineControl(received)
    const { connect, ...options } = launch.options
    const { control } = this.#control
    this.#run({ ...options, stage, replica, control, connect: () => connect(listener.door) }).then(
      () => this.#leave('left', true),
      (error) => this.#leave(`broke: ${textOf(error)}`, false),
    )
  }

  get pid(): number | undefined {
    return this.#isGone ? undefined : process.pid
  }

  send(message: ParentMessage): void {
    if (!this.#isGone) this.#control.tell(message)
  }

  kill(): void {
    if (this.#isGone) return
    this.#leave('was given up', false)
    this.#control.giveUp()
  }

  /** Loaded here, since a server without such stages does without. */
  async #run(options: RunInlineOptions): Promise<void> {
    const { runInlineReplica } = await import('../child/run-inline-replica.ts')
    await runInlineReplica(options)
  }

  #leave(how: string, isClean: boolean): void {
    if (this.#isGone) return
    this.#isGone = true
    this.isCleanExit = isClean
    this.#exited.resolve(how)
  }
}
