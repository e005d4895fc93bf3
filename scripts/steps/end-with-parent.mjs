/**
 * Loaded into a server by `npm start` before the server's own code: when the process that started it is killed with
 * `kill -9`, which it cannot pass on, the server stops as on SIGTERM. The channel between the two closes then.
 */

// Replicas inherit the option that loads this, and know by themselves how to leave.
if (process.env['MOSEC_REPLICA_PLACE'] === undefined) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  // Listening would keep a server alive that has nothing left to do.
  process.channel?.unref()
}
