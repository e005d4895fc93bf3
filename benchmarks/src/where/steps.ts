/** The steps of a request, and which code belongs to which: the one list that the profile is sorted by. */

/** A step of a request, in the order in which a request takes them. */
export const steps = [
  'parse HTTP',
  'admit: route, headers, negotiation',
  'collect the body',
  'make the task, watch its deadline',
  'queue, form a batch, choose a replica',
  'write the batch frame',
  'replica: read the frame',
  'replica: decode',
  'replica: forward',
  'replica: encode',
  'replica: write the replies',
  'read the replies',
  'settle: book, next stage or sink',
  'respond: head, body, write to the socket',
  'count: metrics',
  'collect garbage',
  'event loop, ticks, reads',
] as const

/** One of {@link steps}. */
export type Step = (typeof steps)[number]

/** A function on the stack: its name and the file it is in, `node:...` for node's own. */
export interface Frame {
  readonly name: string
  readonly url: string
}

/** Code of a step: files by a part of their path, narrowed to some functions where a file serves several steps. */
interface Rule {
  readonly step: Step
  readonly file: RegExp
  readonly names?: RegExp
}

const ingressRules: readonly Rule[] = [
  { step: 'respond: head, body, write to the socket', file: /node:_http_outgoing/ },
  {
    step: 'respond: head, body, write to the socket',
    file: /node:_http_server/,
    names: /Finish|detach|ServerResponse|writeHead|emitClose/,
  },
  { step: 'parse HTTP', file: /node:_http_(server|common|incoming)/ },
  {
    step: 'respond: head, body, write to the socket',
    file: /http\/dist\/(answer|direct-exchange|node-messages)/,
    names: /^(answer|settled|#send|#answerOf|answerOf|bareAnswer|makeAnswer|writeHead|#closed)$/,
  },
  { step: 'count: metrics', file: /\/metrics\/dist\/|http\/dist\/meter|combine-observers/ },
  { step: 'collect the body', file: /http\/dist\/node-body/ },
  { step: 'admit: route, headers, negotiation', file: /\/http\/dist\// },
  {
    step: 'settle: book, next stage or sink',
    file: /core\/dist\/(scheduler\/scheduler|stage\/replies|stage\/stage)\.js/,
    names: /settle|replied|book|tell|answered|finished/i,
  },
  {
    step: 'make the task, watch its deadline',
    file: /core\/dist\/(scheduler|contract\/task|queue\/deadline)/,
  },
  { step: 'queue, form a batch, choose a replica', file: /core\/dist\/(stage|queue|batch|pipeline)\// },
  {
    step: 'read the replies',
    file: /ipc\/dist\/(frame-decoder|intake|framed-socket|payload-assembly|wire-socket)/,
    names: /^(?!#?flush|send|write)/,
  },
  { step: 'write the batch frame', file: /\/(ipc|worker)\/dist\// },
]

const replicaRules: readonly Rule[] = [
  { step: 'replica: forward', file: /benchmarks\/dist\/servers\// },
  { step: 'replica: decode', file: /codec-\w+\/dist\//, names: /parse|decode|read/i },
  { step: 'replica: encode', file: /codec-\w+\/dist\// },
  { step: 'replica: decode', file: /item-bytes/, names: /decode/ },
  { step: 'replica: encode', file: /item-bytes|output-check/ },
  {
    step: 'replica: read the frame',
    file: /ipc\/dist\/(frame-decoder|intake|framed-socket|payload-assembly|wire-socket)/,
    names: /^(?!#?flush|send|write|reply)/,
  },
  { step: 'replica: write the replies', file: /\/ipc\/dist\/|output-writer|worker\/dist\/child\/replies/ },
  { step: 'replica: forward', file: /\/worker\/dist\// },
]

/** Which of the two processes a profile is of. */
export type Side = 'ingress' | 'replica'

/**
 * The step that a sample belongs to: that of the innermost frame which some step owns.
 * Node's streams and sockets serve every step, so they count for whoever called them.
 * @param stack innermost frame first.
 */
export function stepOf(stack: readonly Frame[], side: Side): Step {
  if (stack[0]?.name === '(garbage collector)') return 'collect garbage'
  const rules = side === 'ingress' ? ingressRules : replicaRules
  for (const frame of stack) {
    const rule = rules.find(({ file, names }) => file.test(frame.url) && names?.test(frame.name) !== false)
    if (rule !== undefined) return rule.step
  }
  return 'event loop, ticks, reads'
}
