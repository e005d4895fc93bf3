import { EventEmitter } from 'node:events'
import { silentLogger } from '@mosec/core'
import { expect, test } from 'vitest'
import { type ControlProcess, processControl } from './process-control.ts'

/** A process whose parent is the test. */
class FakeProcess extends EventEmitter implements ControlProcess {
  connected = true
  readonly sent: unknown[] = []
  readonly unsent: ((error: Error | null) => void)[] = []

  send(message: unknown, callback: (error: Error | null) => void): boolean {
    this.sent.push(message)
    this.unsent.push(callback)
    return true
  }

  disconnect(): void {
    this.connected = false
    this.emit('disconnect')
  }
}

function rig() {
  const parent = new FakeProcess()
  const debugLines: string[] = []
  const control = processControl(parent, { ...silentLogger, debug: (line) => debugLines.push(line) })
  const heard: unknown[] = []
  control.open({
    message: (message) => heard.push(message),
    closed: (reason) => heard.push(reason),
  })
  return { parent, control, heard, debugLines }
}

test('messages pass both ways; what is none of ours is ignored with a debug line', () => {
  const { parent, control, heard, debugLines } = rig()
  parent.emit('message', { type: 'mosec:drain' })
  parent.emit('message', { type: 'something of the user' })
  control.send({ type: 'mosec:log', level: 'info', message: 'hello', fields: {} })
  expect(heard).toEqual([{ type: 'mosec:drain' }])
  expect(debugLines).toHaveLength(1)
  expect(parent.sent).toEqual([{ type: 'mosec:log', level: 'info', message: 'hello', fields: {} }])
})

test('the parent goes: closed is said once, and sending is harmless', () => {
  const { parent, control, heard } = rig()
  parent.disconnect()
  parent.emit('disconnect')
  control.send({ type: 'mosec:log', level: 'info', message: 'hello', fields: {} })
  expect(heard).toEqual(['the parent process is gone'])
  expect(parent.sent).toEqual([])
})

test('close waits for what was sent, then ends the channel; nothing is said', async () => {
  const { parent, control, heard } = rig()
  control.send({ type: 'mosec:log', level: 'info', message: 'last words', fields: {} })
  const closed = control.close()
  expect(parent.connected).toBe(true)
  for (const sent of parent.unsent) sent(null)
  await closed
  await control.close()
  expect(parent.connected).toBe(false)
  expect(heard).toEqual([])
})

test('a process that nobody forked hears at once that it has no parent', () => {
  const parent = new FakeProcess()
  parent.connected = false
  const heard: string[] = []
  processControl(parent).open({ message: () => {}, closed: (reason) => heard.push(reason) })
  expect(heard).toEqual(['the parent process is gone'])
})
