import type { Context } from '../../context.ts';
import type { ParserItem } from '../../contract/types.ts';
import { quoted } from '../../output/text.ts';
import { asTyped } from '../change.ts';
import { type Place, placeText } from '../place.ts';

/** A parser whose secrets wait for their values. */
export interface Waiting {
  readonly place: Place;
  readonly name: string;
  readonly secrets: readonly string[];
}

/** The secrets of a parser that have no value. */
export function missingOf({ secrets }: Pick<ParserItem, 'secrets'>): string[] {
  return secrets.filter(({ state }) => state === 'missing').map(({ name }) => name);
}

/** Secrets whose values go, because the new definition does not declare them. */
export function lostValues(
  { secrets }: Pick<ParserItem, 'secrets'>,
  { secrets: declared = [] }: { readonly secrets?: readonly { readonly name: string }[] | undefined },
): string[] {
  const names = new Set(declared.map(({ name }) => name));
  return secrets.filter(({ name, state }) => state === 'set' && !names.has(name)).map(({ name }) => name);
}

export function lostText(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const what = names.length === 1 ? 'the value' : 'the values';
  return [`${what} of ${names.join(', ')}, which it does not declare, for good`];
}

const SHOWN = 20;

/** Which secrets wait for their values, with the commands that give them. */
export function noteWaiting(ctx: Context, parsers: readonly Waiting[]): void {
  const commands = parsers.flatMap(({ place, name, secrets }) =>
    secrets.map((secret) =>
      asTyped(ctx, `tenantctl parsers secrets set ${quoted(`${placeText(place)}/${name}`)} ${secret}`),
    ),
  );
  if (commands.length === 0) return;
  const more = commands.length - SHOWN;
  ctx.out.note(
    [
      `Secrets that wait for their values, which are never copied or exported: ${commands.length}.`,
      ...commands.slice(0, SHOWN).map((command) => `  ${command}`),
      ...(more > 0 ? [`  and ${more} more: tenantctl parsers secrets list --missing`] : []),
    ].join('\n'),
  );
}
