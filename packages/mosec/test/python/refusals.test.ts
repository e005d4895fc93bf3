import { pythonStage } from '@mosec/python'
import { Server, stage } from 'mosec'
import { expect, it } from 'vitest'

it('a stage that brings its own replicas has no isolation to choose', async () => {
  const { worker, options } = pythonStage('model.py:Model')
  const server = new Server()
  server.route('/x', { worker, options: { ...options, isolation: 'thread' } })
  await expect(server.start()).rejects.toThrow(
    'stage option isolation is none of a stage that brings its own replicas (Model)',
  )
})

it('a stage takes neither a name nor a launcher as its worker by mistake', async () => {
  const server = new Server()
  server.route('/x', stage('model.py:Model' as unknown as URL))
  await expect(server.start()).rejects.toThrow('a stage takes a class')
})
