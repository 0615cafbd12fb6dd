/** Which layer a file of src/ belongs to: the first pattern that matches. A file without a layer is refused. */
export const layers: readonly (readonly [layer: string, pattern: RegExp])[] = [
  ['main', /^main\.ts$/],
  ['program', /^program\.ts$/],
  ['context', /^context\.ts$/],
  ['outcomes', /^errors\.ts$/],
  ['assembly', /^(?:assemble|browser|child|delegated|safety|sign-in|stdin|world)\.ts$/],
  ['flags', /^flags\.ts$/],
  ['verbs', /^commands\/[a-z-]+\.ts$/],
  ['fan-out', /^fan-out\//],
  ['serve', /^commands\/serve\//],
  ['commands', /^commands\/[a-z-]+\/[a-z-]+(?:\.[a-z]+)?\.ts$/],
  ['client', /^client\//],
  ['output', /^output\//],
  ['config', /^config\//],
  ['prompt', /^prompt\//],
  ['bulk', /^bulk\//],
  ['estate', /^estate\//],
  [
    'contract-plain',
    /^contract\/(?:operations|errors|address|token|ids|keys|limits|batch|change-kinds|parser-file|parser-digest|phone|form-file|form-pattern|form-order|form-answers)\.ts$/,
  ],
  ['contract', /^contract\//],
  ['start', /^server\/start\.ts$/],
  ['env', /^server\/env\.ts$/],
  ['app', /^server\/app\.ts$/],
  ['http', /^server\/http\//],
  ['routes', /^server\/routes\//],
  ['pages', /^server\/pages\//],
  ['domain', /^server\/domain\//],
  ['store', /^server\/store\//],
  ['delivery', /^server\/delivery\//],
  ['mail', /^server\/mail\//],
  ['billing', /^server\/billing\//],
  ['sms', /^server\/sms\//],
];

interface Edges {
  /** Layers whose values may be imported; their types too. */
  readonly value: readonly string[];
  /** Layers of which only the types may be imported. */
  readonly type: readonly string[];
  /** Layers whose values are imported by import() alone: loading them would cost every start. */
  readonly lazy?: readonly string[];
}

/** Who may import whom, besides itself. What is not here is forbidden. `contract-plain` is the contract without zod. */
export const allowed: Readonly<Record<string, Edges>> = {
  main: {
    value: ['assembly', 'program', 'context', 'outcomes', 'contract-plain'],
    type: ['contract', 'client', 'config', 'output', 'prompt'],
  },
  assembly: {
    value: ['context', 'outcomes', 'client', 'output', 'config', 'prompt', 'contract-plain'],
    type: ['contract'],
  },
  program: {
    value: ['verbs', 'flags', 'commands', 'serve', 'outcomes', 'contract-plain'],
    type: ['context', 'contract', 'output'],
  },
  flags: { value: [], type: ['verbs'] },
  verbs: {
    value: ['flags', 'prompt', 'outcomes', 'contract-plain', 'fan-out'],
    type: ['context', 'contract'],
  },
  'fan-out': {
    value: ['verbs', 'client', 'output', 'config', 'bulk', 'outcomes', 'contract-plain'],
    type: ['context', 'flags', 'contract'],
  },
  context: {
    value: ['outcomes', 'contract-plain'],
    type: ['assembly', 'verbs', 'flags', 'client', 'output', 'config', 'prompt', 'contract'],
  },
  commands: {
    value: [
      'verbs',
      'flags',
      'client',
      'output',
      'config',
      'prompt',
      'bulk',
      'estate',
      'outcomes',
      'contract-plain',
    ],
    type: ['context', 'contract'],
  },
  serve: {
    value: ['verbs', 'flags', 'client', 'output', 'config', 'prompt', 'outcomes', 'contract-plain', 'start'],
    type: ['context', 'contract'],
  },
  client: { value: ['outcomes', 'contract-plain'], type: ['contract'] },
  output: { value: ['outcomes', 'contract-plain'], type: ['contract'] },
  config: { value: ['outcomes', 'contract-plain'], type: ['contract', 'client'] },
  prompt: { value: ['outcomes', 'contract-plain'], type: ['contract', 'output'] },
  bulk: { value: ['outcomes', 'client', 'output', 'contract-plain'], type: ['contract', 'context'] },
  // Files are checked by the contract's own schemas, before anything is sent.
  estate: {
    value: ['outcomes', 'client', 'output', 'bulk', 'contract-plain'],
    type: ['contract'],
    lazy: ['contract'],
  },
  outcomes: { value: ['contract-plain'], type: ['contract'] },
  'contract-plain': { value: [], type: ['contract'] },
  contract: { value: ['contract-plain'], type: [] },
  start: {
    value: ['env', 'app', 'domain', 'store', 'mail', 'billing', 'sms', 'contract', 'contract-plain'],
    type: ['http'],
  },
  env: { value: ['contract-plain'], type: ['contract', 'domain'] },
  app: {
    value: ['http', 'routes', 'pages', 'domain', 'contract', 'contract-plain'],
    type: ['store', 'mail'],
  },
  http: { value: ['domain', 'contract', 'contract-plain'], type: [] },
  routes: { value: ['http', 'domain', 'contract', 'contract-plain'], type: [] },
  pages: { value: ['http', 'domain', 'contract', 'contract-plain'], type: [] },
  domain: { value: ['contract', 'contract-plain'], type: [] },
  store: { value: ['domain', 'contract', 'contract-plain'], type: [] },
  billing: { value: ['domain', 'contract', 'contract-plain'], type: [] },
  delivery: { value: ['domain'], type: [] },
  mail: { value: ['domain', 'delivery', 'contract', 'contract-plain'], type: [] },
  sms: { value: ['domain', 'delivery', 'contract', 'contract-plain'], type: [] },
};

/** Every package has its homes. A package that is not here may be imported nowhere in src/. */
export const homes: Readonly<Record<string, readonly string[]>> = {
  commander: ['program', 'verbs'],
  undici: ['client', 'sms'],
  conf: ['config'],
  '@napi-rs/keyring': ['config'],
  chalk: ['output'],
  'cli-table3': ['output'],
  ora: ['output'],
  '@inquirer/prompts': ['prompt'],
  'csv-parse': ['bulk'],
  'csv-stringify': ['output', 'bulk'],
  yaml: ['output', 'estate'],
  fastify: ['app', 'http', 'routes', 'pages'],
  kysely: ['store'],
  pg: ['store'],
  nodemailer: ['mail'],
  zod: ['contract', 'http'],
  'disposable-email-domains-js': ['domain', 'mail'],
};

/** The tool starts in milliseconds because these are loaded only by the code that is about to use them. */
export const lazyOnly: readonly string[] = [
  '@inquirer/prompts',
  '@napi-rs/keyring',
  'chalk',
  'cli-table3',
  'conf',
  'csv-parse',
  'csv-stringify',
  'ora',
  'undici',
  'yaml',
];

/** Built-ins with a home; the others may be used anywhere but in the rules. */
export const builtinHomes: Readonly<Record<string, readonly string[]>> = {
  'node:sqlite': ['store'],
  'node:child_process': ['assembly'],
  'node:process': [],
  'node:console': [],
  'node:http': [],
  'node:https': [],
};

/** What the rules may use of Node: they talk to the world through ports. */
export const domainBuiltins: readonly string[] = [
  'node:crypto',
  'node:buffer',
  'node:util',
  'node:async_hooks',
  // For createRequire, whose imports are checked like all others.
  'node:module',
];

export const mayUseGlobals: readonly string[] = ['main', 'start', 'env'];
export const forbiddenNames = /^(?:utils?|lib|helpers?|common|misc|shared)$/;
