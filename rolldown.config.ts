import type { InputOptions, OutputOptions, Plugin } from 'rolldown';

// Stay in node_modules: native code, and the server's own stack, which starts once and has dynamic requires inside.
const external = [
  /^@napi-rs\/keyring/,
  /^(?:disposable-email-domains-js|fastify|kysely|nodemailer|pg|zod)(?:\/|$)/,
];

/** Package -> built-in -> what it gets instead: modules that it loads at once and that we never reach. */
const replacements: Record<string, Record<string, string>> = {
  undici: {
    // allowH2 is off, so that HTTP/2 is never reached.
    'node:http2': 'module.exports = { constants: {} };',
    // The real module costs a sixth of a bare start. Its checks guard undici's own invariants, and still do here.
    'node:assert': `
      function assert(value, message) {
        if (!value) throw message instanceof Error ? message : new Error(message || 'assertion failed in undici');
      }
      module.exports = Object.assign(assert, {
        ok: assert,
        equal: (a, b, message) => assert(a == b, message),
        strictEqual: (a, b, message) => assert(Object.is(a, b), message),
        notStrictEqual: (a, b, message) => assert(!Object.is(a, b), message),
      });`,
  },
  commander: {
    // For subcommands that are programs of their own; we have none.
    'node:child_process': `exports.spawn = () => { throw new Error('no subcommand here is a program of its own'); };`,
  },
};

function replacementFor(source: string, importer: string | undefined): string | null {
  const owner = /[\\/]node_modules[\\/](undici|commander)[\\/]/.exec(importer ?? '')?.[1];
  const name = source.startsWith('node:') ? source : `node:${source}`;
  return owner !== undefined && replacements[owner]?.[name] !== undefined ? `\0light:${owner}:${name}` : null;
}

function lighterVendors(): Plugin {
  return {
    name: 'lighter-vendors',
    resolveId: (source, importer) => replacementFor(source, importer),
    load(id) {
      const [, owner = '', name = ''] = /^\0light:([a-z]+):(.+)$/.exec(id) ?? [];
      const code = replacements[owner]?.[name];
      return code === undefined ? null : { code, moduleType: 'js' };
    },
  };
}

/** Dear to load, seldom needed, and often behind a static import of the tool's. The server needs them anyway. */
const lateBuiltins = ['node:crypto', 'node:fs/promises', 'node:os', 'node:zlib'];

/** Their functions are exported as functions that load the built-in at the first call. */
function lateBuiltinCode(name: string): string {
  const functions = Object.entries(process.getBuiltinModule(name) ?? {}).filter(
    ([key, value]) => typeof value === 'function' && /^[a-z]/.test(key),
  );
  const exported = functions.map(([key]) => `export const ${key} = (...args) => late().${key}(...args);`);
  return [`const late = () => process.getBuiltinModule('${name}');`, ...exported].join('\n');
}

function lateLoading(): Plugin {
  return {
    name: 'late-builtins',
    resolveId(source, importer) {
      const isOurs = importer !== undefined && !/[\\/](?:node_modules|src[\\/]server)[\\/]/.test(importer);
      return isOurs && lateBuiltins.includes(source) ? `\0late:${source}` : null;
    },
    load: (id) =>
      id.startsWith('\0late:') ? { code: lateBuiltinCode(id.slice(6)), moduleType: 'js' } : null,
  };
}

const config = {
  input: { main: 'src/main.ts' },
  platform: 'node',
  external,
  plugins: [lighterVendors(), lateLoading()],
  output: {
    dir: 'dist',
    // CommonJS: on Node 24 an ESM import of node:http alone loads all of the built-in undici.
    format: 'cjs',
    minify: true,
    cleanDir: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name]-[hash].cjs',
  },
} satisfies InputOptions & { output: OutputOptions };

export default config;
