/** Text to the token numbers of the Universal Sentence Encoder lite (SentencePiece, unigram, 8k pieces). */

import { readFileSync } from 'node:fs'
import { Tokenizer } from '@huggingface/tokenizers'
import { packageFile } from '@mosec/runtime-tfjs'
import { modelPackage } from './model-package.ts'

/** The model reads so many tokens of a text and ignores the rest (measured: more change no bit of the result). */
export const maxTokens = 128

/** No piece is longer than 16 characters, so what follows these can be no token that the model reads. */
const maxCharacters = 4096

/** `<unk>`, `<s>`, `</s>` and three spare ones: a client's text must never produce them. */
const reservedPieces = 6

/** Turns text into token numbers. */
export type Tokenize = (text: string) => Int32Array

/**
 * Reads the model's vocabulary; takes some 30 ms.
 *
 * The library is Hugging Face's: its unigram gives the same numbers as the one in `@tensorflow-models/universal-sentence-encoder`
 * (equal likelihoods aside), which would load TensorFlow.js into this process and needs three seconds for 30,000 characters.
 * Runs of white space count as one space, as SentencePiece itself has it.
 * @throws StartError (`start_error`) when the model's package is missing.
 */
export function loadTokenizer(): Tokenize {
  const file = packageFile(modelPackage, 'dist/vocab.json', import.meta.url)
  const tokenizer = new Tokenizer(configOf(JSON.parse(readFileSync(file, 'utf8'))), {})
  return (text) => {
    const { ids } = tokenizer.encode(text.slice(0, maxCharacters), { add_special_tokens: false })
    return Int32Array.from(ids.slice(0, maxTokens))
  }
}

function configOf(pieces: [piece: string, score: number][]): object {
  // A space never reaches the model's pieces (it becomes U+2581), so a piece with a space in it matches nothing.
  const vocab = pieces.map(([piece, score], id) => [id < reservedPieces ? `reserved ${id}` : piece, score])
  return {
    added_tokens: [],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFKC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Strip', strip_left: true, strip_right: true },
      ],
    },
    pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: false },
    post_processor: null,
    decoder: null,
    model: { type: 'Unigram', unk_id: 0, vocab },
  }
}
