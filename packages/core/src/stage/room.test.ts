import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Room, type Tenant } from './room.ts'

function tenants(room: Room, count: number): Tenant[] {
  room.divide(count)
  return Array.from({ length: count }, () => ({ places: 0 }))
}

function takeAll(room: Room, tenant: Tenant): number {
  let count = 0
  for (; room.has(tenant); count++) room.take(tenant)
  return count
}

describe('Room', () => {
  it('is all for one route', () => {
    const room = new Room(10)
    const [only = { places: 0 }] = tenants(room, 1)
    expect(takeAll(room, only)).toBe(10)
    room.free(only)
    expect(takeAll(room, only)).toBe(1)
  })

  it('keeps a share for a route that is flooded out', () => {
    const room = new Room(100)
    const [flood = { places: 0 }, calm = { places: 0 }] = tenants(room, 2)
    expect(takeAll(room, flood)).toBe(75)
    expect(takeAll(room, calm)).toBe(25)
  })

  it('tells those who wait when a place is freed, once', () => {
    const room = new Room(1)
    const [only = { places: 0 }] = tenants(room, 1)
    let told = 0
    const blocked = { roomFreed: () => told++ }
    expect(room.reserve(only, blocked)).toBe(true)
    expect(room.reserve(only, blocked)).toBe(false)
    room.free(only)
    room.wake()
    room.wake()
    expect(told).toBe(1)
    expect(room.reserve(only, blocked)).toBe(true)
  })

  it('never gives more than its capacity, and never less than a share, whatever comes and goes', () => {
    const step = fc.record({ who: fc.nat({ max: 3 }), comes: fc.boolean() })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(step, { maxLength: 200 }), (capacity, steps) => {
        const room = new Room(capacity)
        const all = tenants(room, 4)
        for (const { who, comes } of steps) {
          const tenant = all[who] ?? { places: 0 }
          const share = Math.floor(capacity / 8)
          if (tenant.places < share) expect(room.has(tenant)).toBe(true)
          if (comes && room.has(tenant)) room.take(tenant)
          else if (!comes && tenant.places > 0) room.free(tenant)
          const total = all.reduce((sum, { places }) => sum + places, 0)
          expect(total).toBeLessThanOrEqual(capacity)
        }
        for (const tenant of all) while (tenant.places > 0) room.free(tenant)
        const [first = { places: 0 }] = all
        expect(takeAll(room, first)).toBe(capacity - 3 * Math.floor(capacity / 8))
      }),
    )
  })
})
