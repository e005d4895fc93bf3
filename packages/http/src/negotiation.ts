/** Which codec reads a request and which one writes its answer, from `Content-Type` and `Accept`. */

import { HttpError, type Outcome, outcomeOf } from '@mosec/core'
import Negotiator from 'negotiator'
import type { CodecInfo, RouteInfo } from './options.ts'

/** What the two headers ask for. */
export interface Negotiated {
  /** Why the request cannot be served: 415 or 406. */
  readonly refusal: Outcome | undefined
  readonly requestCodec: number
  readonly responseCodec: number
  /** MIME type of a good answer. */
  readonly mimeType: string
  /** Errors go out as RFC 9457 problem+json. */
  readonly wantsProblem: boolean
  /** The route answers in several types: caches must look at `Accept`. */
  readonly variesByAccept: boolean
  /** `Accept` names `text/event-stream`. */
  readonly wantsEvents: boolean
}

/** Answers from memory for headers it has seen. */
export type Negotiate = (contentType: string, accept: string) => Negotiated

// Clients send a handful of header pairs. A hostile one may send any number: the memory then starts again.
const MAX_REMEMBERED = 256
const MAX_KEY_LENGTH = 512
const MAX_SHOWN_LENGTH = 80

/** Negotiation for one route. An absent header is the empty string. */
export function createNegotiate(route: RouteInfo): Negotiate {
  const remembered = new Map<string, Negotiated>()
  // Clients mostly send what the last one sent: two short comparisons instead of a new key and its hash.
  let last = { contentType: '', accept: '', negotiated: negotiate(route, '', '') }
  return (contentType, accept) => {
    if (contentType !== last.contentType || accept !== last.accept)
      last = { contentType, accept, negotiated: recall(contentType, accept) }
    return last.negotiated
  }

  function recall(contentType: string, accept: string): Negotiated {
    const key = `${contentType}\n${accept}`
    const known = remembered.get(key)
    if (known !== undefined) return known
    const negotiated = negotiate(route, contentType, accept)
    if (key.length > MAX_KEY_LENGTH) return negotiated
    if (remembered.size >= MAX_REMEMBERED) remembered.clear()
    remembered.set(key, negotiated)
    return negotiated
  }
}

/** Whether errors for this `Accept` go out as problem+json. */
export const wantsProblem = (accept: string): boolean => namesType(accept, 'application/problem+json')

function negotiate(route: RouteInfo, contentType: string, accept: string): Negotiated {
  const requestCodec = chooseRequestCodec(route, contentType)
  const responseCodec = requestCodec < 0 ? -1 : chooseResponseCodec(route, requestCodec, accept)
  return {
    refusal: refusalOf(route, requestCodec, responseCodec, contentType),
    requestCodec,
    responseCodec,
    mimeType: route.responseCodecs[responseCodec]?.mimeTypes[0] ?? 'application/octet-stream',
    wantsProblem: wantsProblem(accept),
    variesByAccept: route.responseCodecs.length > 1 && !route.isStream,
    wantsEvents: namesType(accept, 'text/event-stream'),
  }
}

/** What clients send when nobody chose: no type at all, curl's for `-d`, and that of `fetch` for a string. */
const typesOfNobody = ['', 'application/x-www-form-urlencoded', 'text/plain']

/** -1 when no codec reads the type. */
function chooseRequestCodec(route: RouteInfo, contentType: string): number {
  const mimeType = essenceOf(contentType)
  if (route.readsAnyType || route.requestCodecs.length === 0) return 0
  const index = route.requestCodecs.findIndex(({ mimeTypes }) => mimeTypes.includes(mimeType))
  if (index >= 0) return index
  return typesOfNobody.includes(mimeType) ? 0 : -1
}

/** -1 when `Accept` allows none. A stream is always text/event-stream: clients ask for it in the body. */
function chooseResponseCodec(route: RouteInfo, requestCodec: number, accept: string): number {
  const preferred = sameCodec(route, requestCodec)
  if (accept === '' || route.isStream || route.responseCodecs.length === 0) return preferred
  const offered = typesOf(route.responseCodecs, preferred)
  const chosen = new Negotiator({ headers: { accept } }).mediaType(offered)
  return chosen === undefined
    ? -1
    : route.responseCodecs.findIndex(({ mimeTypes }) => mimeTypes.includes(chosen))
}

/** The answer's codec for a client without a wish: the one it wrote its request in, else the default. */
function sameCodec(route: RouteInfo, requestCodec: number): number {
  const name = route.requestCodecs[requestCodec]?.name
  if (route.readsAnyType) return 0
  return Math.max(
    0,
    route.responseCodecs.findIndex((codec) => codec.name === name),
  )
}

/** All MIME types, those of the codec at `first` before the others. */
function typesOf(codecs: readonly CodecInfo[], first = 0): string[] {
  const order = [...codecs.slice(first), ...codecs.slice(0, first)]
  return order.flatMap(({ mimeTypes }) => mimeTypes)
}

function refusalOf(
  route: RouteInfo,
  requestCodec: number,
  responseCodec: number,
  contentType: string,
): Outcome | undefined {
  if (requestCodec < 0) {
    const shown = essenceOf(contentType).slice(0, MAX_SHOWN_LENGTH)
    const accepted = typesOf(route.requestCodecs).join(', ')
    return outcomeOf(new HttpError(415, `unsupported media type: got ${shown}, this route reads ${accepted}`))
  }
  if (responseCodec >= 0) return undefined
  const offered = typesOf(route.responseCodecs).join(', ')
  return outcomeOf(new HttpError(406, `not acceptable: this route answers ${offered}`))
}

/** The type without its parameters, in lower case. */
function essenceOf(contentType: string): string {
  const end = contentType.indexOf(';')
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase()
}

/** `accept` lists this very type, not just a wildcard, and not with `q=0`. */
function namesType(accept: string, mimeType: string): boolean {
  const lowerCase = accept.toLowerCase()
  if (!lowerCase.includes(mimeType)) return false
  return new Negotiator({ headers: { accept: lowerCase } }).mediaTypes().includes(mimeType)
}
