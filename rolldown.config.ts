import type { InputOptions, OutputOptions, Plugin } from 'rolldown';

// Stay in node_modules: native code, and the server's own stack, which starts once and has dynamic requires inside.
const external = [
  /^@napi-rs\/keyring/,
  /^(?:disposable-email-domains-js|fastify|kysely|nodemailer|pg|zod)(?:\/|$)/,
  /^node:/,
];

const replacements: Record<string, string> = {
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
};

/** For undici alone: a request over HTTP/1.1 needs neither module, and both are dear to load. */
function lightUndici(): Plugin {
  const prefix = '\0light:';
  return {
    name: 'light-undici',
    resolveId(source, importer) {
      if (importer === undefined || !/[\\/]node_modules[\\/]undici[\\/]/.test(importer)) return null;
      const name = source.startsWith('node:') ? source : `node:${source}`;
      return name in replacements ? `${prefix}${name}` : null;
    },
    load(id) {
      if (!id.startsWith(prefix)) return null;
      return { code: replacements[id.slice(prefix.length)] ?? '', moduleType: 'js' };
    },
  };
}

const config = {
  input: { main: 'src/main.ts' },
  platform: 'node',
  external,
  plugins: [lightUndici()],
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
