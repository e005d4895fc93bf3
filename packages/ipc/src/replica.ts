/** `@mosec/ipc/replica`: a replica's way to its parent. Apart, since a replica's process needs no listener. */

export { reclaimSocketFolder, socketFolderOf } from './socket-folder.ts'
export { type ConnectOptions, connectUnixSocket } from './unix-channel.ts'
