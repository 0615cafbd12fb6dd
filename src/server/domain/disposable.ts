import { createRequire } from 'node:module';

type List = typeof import('disposable-email-domains-js');
const require = createRequire(import.meta.url);
let list: ReadonlySet<string> | undefined;

/** The pinned list (D21), read when the first address is judged: it costs memory that an idle server need not have. */
function blocked(): ReadonlySet<string> {
  if (list === undefined) {
    // oxlint-disable-next-line typescript/no-unsafe-assignment -- `require` is untyped; the type is the vendor's own
    const vendor: List = require('disposable-email-domains-js');
    list = vendor.disposableEmailBlocklistSet();
  }
  return list;
}

/** The domain itself and its parents, without the top level: `a.b.example` -> itself, `b.example`. */
function* withParents(domain: string): Generator<string> {
  for (let rest = domain; rest.includes('.'); rest = rest.slice(rest.indexOf('.') + 1)) yield rest;
}

/**
 * Why mail to a domain is refused, or null. The account's own rules come first, the nearest domain winning (D21).
 * @param domain folded, as parseAddress gives it
 */
export function domainVerdict(domain: string, rules: ReadonlyMap<string, 'allow' | 'deny'>): string | null {
  for (const name of withParents(domain)) {
    const rule = rules.get(name);
    if (rule === 'allow') return null;
    if (rule === 'deny') return `the account denies the domain ${name}`;
  }
  for (const name of withParents(domain)) {
    if (blocked().has(name)) return `${name} gives out disposable addresses`;
  }
  return null;
}
