/**
 * Places in a stage's queue, promised before the work that will need them is begun: back-pressure between stages.
 *
 * Half of the places are divided evenly among the routes, and nobody else's; the other half is for whoever comes. So one
 * route alone may wait with all but the others' shares, and a flood on one leaves room for the others.
 */

/** Someone who holds tasks back until there is room. */
export interface Blocked {
  /** There may be room now. */
  roomFreed(): void
}

/** Who has places: a route's lane. */
export interface Tenant {
  /** Places that it has or was promised; counted here. */
  places: number
}

/** Counts places and remembers who waits for one. */
export class Room {
  readonly #capacity: number
  #share = 0
  /** Places that may be had beyond the shares. */
  #common: number
  /** Places that are had beyond the shares. */
  #commonTaken = 0
  readonly #blocked = new Set<Blocked>()

  /** @param capacity tasks that may wait at once, at least 1. */
  constructor(capacity: number) {
    this.#capacity = capacity
    this.#common = capacity
  }

  /** Divides the places anew; before the first task comes. */
  divide(tenants: number): void {
    this.#share = tenants < 2 ? 0 : Math.floor(this.#capacity / 2 / tenants)
    this.#common = this.#capacity - this.#share * tenants
  }

  has(tenant: Tenant): boolean {
    return tenant.places < this.#share || this.#commonTaken < this.#common
  }

  /** Gives a place; the caller has made sure that there is one, or must have one all the same. */
  take(tenant: Tenant): void {
    if (tenant.places >= this.#share) this.#commonTaken++
    tenant.places++
  }

  /** Takes a place back; {@link wake} then tells those who wait. */
  free(tenant: Tenant): void {
    tenant.places--
    if (tenant.places >= this.#share) this.#commonTaken--
  }

  /** Promises a place; without one, `blocked` is told when that may have changed. */
  reserve(tenant: Tenant, blocked: Blocked): boolean {
    if (this.has(tenant)) {
      this.take(tenant)
      return true
    }
    this.#blocked.add(blocked)
    return false
  }

  /** Tells those who wait that places were freed. */
  wake(): void {
    if (this.#blocked.size === 0) return
    const blocked = [...this.#blocked]
    this.#blocked.clear()
    for (const one of blocked) one.roomFreed()
  }
}
