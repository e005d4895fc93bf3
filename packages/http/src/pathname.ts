/** The pathname of a request target, without making a URL. */

/** `/inference?x=1` -> `/inference`. A target in another form (`http://...`, `*`) comes back as it is. */
export function pathnameOf(target: string): string {
  const end = target.indexOf('?')
  return end < 0 ? target : target.slice(0, end)
}
