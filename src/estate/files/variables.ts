import { nearest } from '../nearest.ts';
import type { Mistake } from './document.ts';
import { isSecretValues } from './form-paths.ts';
import { nameText } from './issues.ts';
import { type Entry, entriesOf, isNull, type Path, placeOf, type Spot, type Tree } from './tree.ts';

/** Where the value of `${NAME}` comes from: the first that has it. */
export interface VariableSources {
  /** `--var NAME=VALUE` */
  readonly given: ReadonlyMap<string, string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `vars:` of the files, merged. */
  readonly declared: Tree | undefined;
}

export type Report = (spot: Spot, message: string) => void;

/** The tool's own settings, its token among them, never become part of an estate or of what is printed about one. */
const OWN = /^TENANTCTL_/i;

/** Works out `${NAME}` in trees, in values and in keys; each text once, so that a value is never expanded again. */
export class Variables {
  readonly #sources: VariableSources;
  readonly #declared: ReadonlyMap<string, string>;
  readonly #report: Report;
  readonly #used = new Set<string>();

  constructor(sources: VariableSources, report: Report) {
    this.#sources = sources;
    this.#report = report;
    this.#declared = declaredValues(sources.declared, report);
  }

  /** Those of `--var` that no file asks for. */
  unused(): string[] {
    const known = entriesOf(this.#sources.declared);
    return [...this.#sources.given.keys()].filter((name) => !this.#used.has(name) && !known.has(name));
  }

  expanded(tree: Tree, path: Path = []): Tree {
    if (tree.kind === 'leaf')
      return typeof tree.value === 'string' && tree.value.includes('${')
        ? { ...tree, value: this.#text(tree.value, tree) }
        : tree;
    if (tree.kind === 'list')
      return { ...tree, items: tree.items.map((item, at) => this.expanded(item, [...path, at])) };
    // What a secret's value comes from is kept: the value itself is taken when it is sent.
    if (isSecretValues(path)) return tree;
    const entries = new Map<string, Entry>();
    for (const [written, { key, value }] of tree.entries) {
      const name = written.includes('${') ? this.#text(written, key) : written;
      if (entries.has(name)) this.#report(key, `${nameText(name)} is there already`);
      else entries.set(name, { key, value: this.expanded(value, [...path, name]) });
    }
    return { ...tree, entries };
  }

  /** `$${` is a `${` that is meant as it is. */
  #text(text: string, spot: Spot): string {
    return text.replace(/\$\$\{|\$\{([^{}]*)(\}?)/g, (whole, name: string | undefined, end: string) => {
      if (name === undefined) return '${';
      return this.#value(name, end === '}', spot) ?? whole;
    });
  }

  #value(name: string, closed: boolean, spot: Spot): string | undefined {
    const wrong = this.#wrongName(name, closed);
    if (wrong !== null) {
      this.#report(spot, wrong);
      return undefined;
    }
    this.#used.add(name);
    const value = this.#sources.given.get(name) ?? this.#fromEnvironment(name) ?? this.#declared.get(name);
    if (value !== undefined && value !== '') return value;
    this.#report(spot, value === '' ? `\${${name}} is empty` : this.#unset(name));
    return undefined;
  }

  #fromEnvironment(name: string): string | undefined {
    const { environment } = this.#sources;
    return Object.hasOwn(environment, name) ? environment[name] : undefined;
  }

  #wrongName(name: string, closed: boolean): string | null {
    const literal = 'write $${ for a ${ that is meant as it is';
    if (!closed) return `a \${ has no } after it; ${literal}`;
    if (!isVariableName(name))
      return `\${${nameText(name)}} names no variable: letters, digits and _, and its value for want of another stands in vars; ${literal}`;
    return OWN.test(name) ? `\${${name}} is a setting of the tool and stays out of files` : null;
  }

  #unset(name: string): string {
    const names = [...entriesOf(this.#sources.declared).keys(), ...this.#sources.given.keys()];
    const meant = names.includes(name) ? undefined : nearest(name, names);
    const hint =
      meant === undefined
        ? `give it with --var ${name}=VALUE, the environment or vars`
        : `did you mean ${meant}?`;
    return `\${${name}} has no value: ${hint}`;
  }
}

export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name);
}

function declaredValues(vars: Tree | undefined, report: Report): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, { key, value }] of entriesOf(vars)) {
    if (!isVariableName(name))
      report(key, `vars.${nameText(name)}: must be a letter or _, then letters, digits and _`);
    else if (value.kind !== 'leaf') report(value, `vars.${name}: must be text, a number, true or false`);
    else if (!isNull(value)) {
      const text = String(value.value);
      const plain = text.replaceAll('$${', '');
      if (plain.includes('${')) report(value, `vars.${name}: a variable cannot stand in another one's value`);
      else values.set(name, text.replaceAll('$${', '${'));
    }
  }
  return values;
}

export function reporter(mistakes: Mistake[]): Report {
  return (spot, message) => {
    mistakes.push({ ...placeOf(spot), message });
  };
}
