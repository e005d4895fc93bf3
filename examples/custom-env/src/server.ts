/** One replica per device: each process sees only its own. */

import { type ForwardContext, Server, Worker, type WorkerContext } from 'mosec'

class Inference extends Worker<unknown, { device: string; replica: number }> {
  #device = ''

  override setup({ replica, logger }: WorkerContext): void {
    // Set before this process started, so that a framework that looks at import time sees it as well.
    this.#device = process.env['CUDA_VISIBLE_DEVICES'] ?? 'cpu'
    logger.info(`loading the model on device ${this.#device}`, { replica })
  }

  override forward(_input: unknown, { replica }: ForwardContext): { device: string; replica: number } {
    return { device: this.#device, replica }
  }
}

const devices = (process.env['DEVICES'] ?? '0,1,2,3').split(',')

const server = new Server()
server.appendWorker(Inference, {
  replicas: devices.length,
  env: devices.map((device) => ({ CUDA_VISIBLE_DEVICES: device })),
})
await server.run()
