import { describe, expect, it } from 'vitest'
import { loadTokenizer, maxTokens } from './tokenizer.ts'

const tokenize = loadTokenizer()
const numbers = (text: string): string => tokenize(text).join(' ')

describe('the tokenizer', () => {
  // As the tokenizer of @tensorflow-models/universal-sentence-encoder 1.3.3 gives them.
  it.each([
    ['How old are you?', '728 446 31 19 54'],
    ['What is your age?', '379 18 37 735 54'],
    ['Hello, world!', '341 4125 8 311 78'],
    ['The quick brown fox jumps over the lazy dog', '34 2280 3744 1394 152 2009 7 132 9 6266 959'],
    ['naïve café ﬁne', '1216 0 105 976 209 1133 839'],
    ['日本語 text', '30 0 1515'],
    ['emoji 😀 here 😀😀', '299 451 2501 30 0 280 30 0'],
    ['Fußball ½ №5', '3625 0 2683 207 7935 288 262 411'],
    ['supercalifragilistic zzzzqqq', '1050 2817 928 276 143 233 2098 30 1093 1093 1111 1111 1111'],
  ])('reads %s', (text, expected) => {
    expect(numbers(text)).toBe(expected)
  })

  it('counts any white space as one space', () => {
    expect(numbers('  How \n\n old\tare   you? ')).toBe(numbers('How old are you?'))
    expect(numbers(' \n ')).toBe('')
  })

  it('takes reserved pieces as the letters that they are', () => {
    expect(numbers('</s> <s> <unk>').split(' ')).not.toContain('1')
    expect(numbers('</s> <s> <unk>').split(' ')).not.toContain('2')
    expect(numbers('extra_token_id_1').split(' ')).not.toContain('3')
    expect(numbers('reserved 4').split(' ')).not.toContain('4')
  })

  it('reads a long text no further than the model does', () => {
    const long = tokenize('the quick brown fox '.repeat(500_000))
    expect(long.length).toBe(maxTokens)
    expect(long).toEqual(tokenize('the quick brown fox '.repeat(40)).subarray(0, maxTokens))
    expect(tokenize('x'.repeat(10_000_000)).length).toBe(maxTokens)
    expect(numbers('How old are you?')).toBe('728 446 31 19 54')
  })
})
