/** Stub. */
export {}
