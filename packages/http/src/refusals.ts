/** Answers that have one text. */

import { fixedOutcome, HttpError, outcomeOf } from '@mosec/core'

/** Made once and shared. */
export const refusals = Object.freeze({
  bodyGone: fixedOutcome('server_error', 'the request body was read before it came here'),
  noData: fixedOutcome('bad_request', 'no data provided'),
  tooLarge: outcomeOf(new HttpError(413, 'request body is too large')),
  notPost: outcomeOf(new HttpError(405, 'method not allowed: use POST')),
  notGet: outcomeOf(new HttpError(405, 'method not allowed: use GET')),
  notFound: outcomeOf(new HttpError(404, 'not found')),
})
