/** About 100 bytes of JSON. */

export const smallBody: string = JSON.stringify({
  text: 'the quick brown fox jumps over the lazy dog, twice if need be',
  id: 12345,
})
