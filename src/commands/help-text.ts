import { changes, operationOf } from '../contract/operations.ts';
import { fanOutFlags, globalFlags } from '../flags.ts';
import { type ArgumentSpec, type FlagSpecs, flagName, placeholder, type VerbSpec } from './spec.ts';
import type { Entry } from './tree.ts';

/** One line, usage, examples, arguments, flags in groups, exit codes, next step (design: cli.md, Also). */
export function helpText(spec: VerbSpec): string {
  const flags = spec.flags ?? {};
  return sections([
    [`${spec.summary}.`, ...(spec.about === undefined ? [] : ['', ...wrapped(spec.about)])],
    [`Usage:\n  tenantctl ${usage(spec)}`],
    titled('Examples', spec.examples),
    titled(
      'Arguments',
      aligned(Object.entries(spec.args ?? {}).map(([name, a]) => [placeholder(name), a.help])),
    ),
    titled('Flags', aligned(flagLines(flags))),
    spec.fanOut === undefined ? [] : titled('Fan-out', fanOutLines()),
    ...groups(),
    titled('Exit codes', exitCodes(spec)),
    spec.next === undefined ? [] : titled('Next', [spec.next]),
  ]);
}

/** A noun, or the program itself: what can be typed after it. */
export function nounHelp(path: string, summary: string, entries: readonly Entry[]): string {
  const lines = entries.map((entry): [string, string] => [entry.name, entry.summary]);
  const line = ['tenantctl', path, '<verb> [arguments] [flags]'].filter((word) => word !== '').join(' ');
  return sections([
    [`${summary}.`],
    [`Usage:\n  ${path === '' ? 'tenantctl <noun> <verb> [arguments] [flags]' : line}`],
    titled(path === '' ? 'Commands' : 'Verbs', aligned(lines)),
    titled('Next', [path === '' ? 'tenantctl <noun> --help' : `tenantctl ${path} <verb> --help`]),
  ]);
}

/** What stands after `tenantctl` in the usage line. */
export function usage(spec: VerbSpec): string {
  const labelled = ([name, argument]: [string, ArgumentSpec]) => {
    const label = `${placeholder(name)}${argument.rest === true ? '...' : ''}`;
    return argument.optional === true ? `[${label}]` : label;
  };
  const all = Object.entries(spec.args ?? {});
  const own = all.filter(([, { program }]) => program !== true).map(labelled);
  const program = all.filter(([, argument]) => argument.program === true).map((one) => `-- ${labelled(one)}`);
  return [spec.path, ...own, '[flags]', ...program].join(' ');
}

/** May it change anything on the server? */
export function writes(spec: VerbSpec): boolean {
  return spec.raw === true || spec.operations.some((id) => changes(operationOf(id)));
}

function groups(): string[][] {
  return (['Output', 'Safety', 'Connection'] as const).map((group) => {
    const chosen = Object.entries(globalFlags).filter(([, flag]) => flag.group === group);
    return titled(group, aligned(flagLines(Object.fromEntries(chosen))));
  });
}

function fanOutLines(): string[] {
  return [...aligned(flagLines(fanOutFlags)), 'in managed accounts of --account: tenantctl help fan-out'];
}

function exitCodes(spec: VerbSpec): string[] {
  const codes = ['0 done, or nothing to do', '2 usage'];
  if (spec.operations.length > 0)
    codes.push('4 not signed in', '5 not found', '7 temporary', '9 not allowed');
  if (writes(spec)) codes.splice(4, 0, '6 conflict or blocked', '8 not confirmed');
  if (spec.fanOut !== undefined) codes.splice(2, 0, '3 failed in some accounts');
  return [codes.join(' · '), 'all of them: tenantctl help exit-codes'];
}

function flagLines(flags: FlagSpecs): [string, string][] {
  return Object.entries(flags).map(([name, flag]) => {
    const short = flag.short === undefined ? '' : `-${flag.short}, `;
    const value = flag.value === undefined ? '' : ` ${flag.value}`;
    const choices =
      flag.choices === undefined || flag.help.includes(flag.choices[0] ?? '')
        ? ''
        : `: ${flag.choices.join(', ')}`;
    const repeated = flag.repeat === true ? ' (repeatable)' : '';
    return [`${short}${flagName(name)}${value}`, `${flag.help}${choices}${repeated}`];
  });
}

function aligned(lines: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...lines.map(([left]) => left.length));
  return lines.map(([left, right]) => `${left.padEnd(width)}  ${right}`);
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

function sections(parts: readonly (readonly string[])[]): string {
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const width = 80;

export function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + word.length >= width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
