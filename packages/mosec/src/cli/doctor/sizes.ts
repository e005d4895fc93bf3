/** Bytes as people say them. */

/** `64 MiB`, `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  const isLarge = bytes >= 1024 ** 3
  const value = bytes / 1024 ** (isLarge ? 3 : 2)
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} ${isLarge ? 'GiB' : 'MiB'}`
}
