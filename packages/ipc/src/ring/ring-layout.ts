/** What both ends of a ring agree on; docs/wire-protocol.md draws it. */

/** Bytes that may lie in a ring at once: a batch of 32 payloads of 150 kB fits. */
export const RING_BYTES = 8 * 1024 * 1024

/** Set in an item's `length`: its payload is the next one in the ring, and nothing of it follows here. */
export const IN_RING = 0x8000_0000

/**
 * Payloads that come to less than this in a frame stay in it: about what a Unix socket takes at once
 * (`net.core.wmem_default`, 208 KiB). A lone payload of 150 kB is 2 % cheaper so; 32 of them cost 19 % less in the ring,
 * since neither side waits for the other to make room.
 */
export const SOCKET_TAKES_BYTES = 192 * 1024

/** Payloads below this stay in their frame. */
export const RING_FROM_BYTES = 16 * 1024
