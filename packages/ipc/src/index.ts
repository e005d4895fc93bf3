/** `@mosec/ipc`: how batches travel to replicas, Mosec's wire frames over Unix sockets. */

export { FrameDecoder, type FrameDecoderOptions } from './frame-decoder.ts'
export { encodeFrame, FrameEncoder } from './frame-encoder.ts'
export { FrameError } from './frame-error.ts'
export type { FrameItem } from './frame-layout.ts'
export {
  connectInline,
  type InlineDoor,
  type InlineListener,
  type InlineTransport,
  inlineTransport,
} from './inline-transport.ts'
export { defaultSocketDirectory } from './memory-folder.ts'
export { reclaimSocketFolder, socketFolderOf } from './socket-folder.ts'
export { flagOf, flagOfBudget, flags, statusOf, type WireStatus } from './status.ts'
export { RemoteSubmitter, type RemoteSubmitterOptions } from './submit/remote-submitter.ts'
export {
  type StopServing,
  type SubmissionRoute,
  type SubmissionServerOptions,
  serveSubmissions,
} from './submit/serve-submissions.ts'
export { connectThread } from './thread-channel.ts'
export { type ThreadListener, type ThreadTransport, threadTransport } from './thread-transport.ts'
export { type ConnectOptions, connectUnixSocket } from './unix-channel.ts'
export { type UnixSocketOptions, unixSocketTransport } from './unix-socket-transport.ts'
