import type { Paint, Tone } from '../../output/colour.ts';
import { safeLine } from '../../output/text.ts';
import { widthOf } from '../../output/width.ts';
import { type Change, type FieldChange, type Json, wordsOf } from '../changes.ts';
import type { AccountCosts, Difference } from './difference.ts';

const SIGNS = { create: '+', update: '~', delete: '-', conflict: '!' } as const;
const TONES = { create: 'good', update: 'warn', delete: 'bad', conflict: 'bad' } as const satisfies Record<
  Change['op'],
  Tone
>;

/** Longest value on one line; of a longer one its beginning is enough to know it by. */
const MOST = 100;

/** How many changes are shown there: on a terminal more would only run through it, in a pipe, a file or CI all are. */
export function mostShownOn({ isTTY }: { readonly isTTY?: boolean | undefined }): number {
  return isTTY === true ? 60 : Number.POSITIVE_INFINITY;
}

/**
 * A difference as somebody reviews it: account by account, a line a thing, and below it what becomes of its fields.
 * @param most changes that are shown; of more those that conflict, go or change come before those that are made
 */
export function drawDifference(
  { set, notes, costs }: Difference,
  paint: Paint,
  most = Number.POSITIVE_INFINITY,
): string {
  const shown = set.changes.length > most ? firstOf(set.changes, most) : set.changes;
  const cut = set.changes.length - shown.length;
  const lines: string[] = [];
  const told = cut === 0 ? [...shown, ...notes] : shown;
  const accounts = new Set(told.map(({ account }) => account));
  const changesOf = Map.groupBy(shown, ({ account }) => account);
  for (const account of [...accounts].sort()) {
    lines.push(paint('bold', safeLine(account)));
    for (const change of changesOf.get(account) ?? []) lines.push(...changeLines(change, paint));
    for (const note of notes)
      if (note.account === account) lines.push(`  ${paint('dim', `  ${safeLine(note.text)}`)}`);
    const cost = costs.find((one) => one.account === account);
    if (cost !== undefined) lines.push(`    ${costText(cost)}`);
    lines.push('');
  }
  if (cut > 0) lines.push(`... and ${cut} more changes: tenantctl diff -f FILE | less  shows them all`, '');
  return `${[...lines, summaryText(set)].join('\n')}\n`;
}

const IMPORTANCE: readonly Change['op'][] = ['conflict', 'delete', 'update', 'create'];

/** In their order. */
function firstOf(changes: readonly Change[], most: number): Change[] {
  const first = IMPORTANCE.flatMap((op) => changes.filter((change) => change.op === op)).slice(0, most);
  const chosen = new Set(first);
  return changes.filter((change) => chosen.has(change));
}

function changeLines(change: Change, paint: Paint): string[] {
  const { op, kind, key, mail, note, fields } = change;
  const tone = TONES[op];
  const what = safeLine(key === '' ? wordsOf[kind] : `${wordsOf[kind]} ${key}`);
  const told =
    mail === null || op === 'conflict' ? '' : mail === key ? '  mailed' : `  mail to ${safeLine(mail)}`;
  const head = `  ${paint(tone, SIGNS[op])} ${what}${paint('dim', told)}`;
  const why = note === null ? [] : [`      ${paint(tone, safeLine(note))}`];
  return [head, ...why, ...fieldLines(change.op, fields, paint)];
}

function fieldLines(op: Change['op'], fields: readonly FieldChange[], paint: Paint): string[] {
  const shown = fields.flatMap(partsOf);
  const width = Math.max(0, ...shown.map(({ name }) => widthOf(safeLine(name))));
  return shown.map(({ name, before, after }) => {
    const label = safeLine(name);
    const gap = ' '.repeat(width - widthOf(label) + 2);
    const now = valueText(after);
    const text = op === 'create' ? now : `${paint('dim', valueText(before))} -> ${now}`;
    return `      ${label}${gap}${text}`;
  });
}

/** Of maps and definitions each part that differs, by its path: a definition on one line would tell nobody anything. */
function partsOf({ name, before, after }: FieldChange): FieldChange[] {
  if (name === 'copy_from' || !isMap(after) || !isMap(before)) return [{ name, before, after }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => {
    const [was, is] = [before[key] ?? null, after[key] ?? null];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    return partsOf({ name: `${name}.${key}`, before: was, after: is });
  });
}

function isMap(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueText(value: Json): string {
  const text = plainText(value);
  return text.length > MOST ? `${text.slice(0, MOST)}... (${text.length} characters)` : text;
}

function plainText(value: Json): string {
  if (value === null) return 'none';
  if (typeof value === 'string') return safeLine(value);
  if (typeof value !== 'object') return String(value);
  if (!Array.isArray(value))
    return Object.entries(value)
      .map(([key, inside]) => `${safeLine(key)}=${plainText(inside)}`)
      .join(', ');
  if (value.length === 0) return 'none';
  return value.map((item) => (isMap(item) ? placeText(item) : plainText(item))).join(', ');
}

/** `ops=developer` for a place in a workspace. */
function placeText(item: { [key: string]: Json }): string {
  const { workspace, role } = item;
  return typeof workspace === 'string' && typeof role === 'string'
    ? safeLine(`${workspace}=${role}`)
    : safeLine(JSON.stringify(item));
}

function costText({ seats, plan, price_cents: price }: AccountCosts): string {
  const limit = seats.limit === null ? '' : ` of ${seats.limit}`;
  const full = seats.limit !== null && seats.after > seats.limit ? ', more than there are' : '';
  const places = `seats ${seats.before} -> ${seats.after}${limit}${full}`;
  if (plan.before === plan.after) return places;
  // One that is made has cost nothing before.
  const before = plan.before === null ? '' : `${amount(price.before)} -> `;
  return `${places}; a month ${before}${amount(price.after)}`;
}

/** Cents as people read them. */
function amount(cents: number | null): string {
  return cents === null ? '?' : (cents / 100).toFixed(2);
}

export function summaryText({ totals }: Difference['set']): string {
  const { create, update, delete: gone, conflict, mails } = totals;
  if (create + update + gone + conflict === 0) return 'No differences.';
  const counts = [`${create} to make`, `${update} to change`, `${gone} to remove`];
  if (conflict > 0) counts.push(`${conflict} in conflict`);
  return `${counts.join(', ')}; mail to ${mails}.`;
}

/** Longest summary that GitHub shows is 1 MiB; nobody reads more than this of a pull request. */
const MOST_MARKDOWN = 60_000;

/** For the summary of a step in CI: how much at a glance, then all of it as it is on a terminal. */
export function markdownOf(difference: Difference): string {
  const { set, costs } = difference;
  const { create, update, delete: gone, conflict, mails } = set.totals;
  const head = [
    '### tenantctl diff',
    '',
    '| make | change | remove | conflict | mails |',
    '|---:|---:|---:|---:|---:|',
    `| ${create} | ${update} | ${gone} | ${conflict} | ${mails} |`,
    '',
  ];
  const priced = costs.filter(({ plan }) => plan.before !== plan.after);
  const prices =
    priced.length === 0
      ? []
      : [
          '| account | seats | a month |',
          '|---|---|---|',
          ...priced.map(
            ({ account, seats, price_cents: price }) =>
              `| ${account} | ${seats.before} -> ${seats.after} | ${amount(price.before)} -> ${amount(price.after)} |`,
          ),
          '',
        ];
  const text = drawDifference(difference, (_tone, plain) => plain).trimEnd();
  const cut =
    text.length > MOST_MARKDOWN ? `${text.slice(0, MOST_MARKDOWN)}\n... cut: the whole is in the log` : text;
  // A fence that no text inside can close.
  const fence = '`'.repeat(Math.max(3, ...[...cut.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
  const signed = cut.replaceAll(/^ {2}([+~!-]) /gm, (_line, sign: string) => `${sign === '~' ? '!' : sign} `);
  return `${[...head, ...prices, `${fence}diff`, signed, fence].join('\n')}\n`;
}
