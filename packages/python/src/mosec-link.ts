/** The link to a worker of Mosec's: frames carry in their flag what Mosec puts there, which is nothing. */

import type { Link } from '@mosec/core'

/** Passes everything on but the time that is left. Python has received a batch whole before it answers. */
export function mosecLink(link: Link): Link {
  return {
    copiesBytes: link.copiesBytes === true,
    open: (events) => link.open(events),
    send: (batch) => link.send(batch, 0),
    close: () => link.close(),
  }
}
