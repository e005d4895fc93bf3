/** Image files as they are: the bytes go to the decoder untouched. */

import { type Codec, EncodingError } from '@mosec/core'

/** For an ingress that takes a file as the request's body. What the bytes really are, the decoder finds out. */
export function imageFile(): Codec {
  return {
    name: 'image',
    mimeTypes: ['image/jpeg', 'image/png', 'image/webp', 'application/octet-stream'],
    decode: (bytes) => bytes,
    encode: () => {
      throw new EncodingError('the image codec only reads')
    },
  }
}
