/** `@mosec/ipc/replica-thread`: the same for a replica that is a thread. */

export { connectThread } from './thread-channel.ts'
