import type { Context } from '../../context.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { Parser } from '../../contract/types.ts';
import { quoted } from '../../output/text.ts';
import { asTyped, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { lostText, lostValues, missingOf, noteWaiting } from './waiting.ts';

const spec = {
  path: 'parsers rollback',
  summary: 'Make an earlier revision of a parser the next one',
  about:
    'Nothing is lost: the revisions between stay, and rolling back again undoes it. What would differ is shown first. Values of secrets stay as they are.',
  args: { name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' } },
  flags: {
    to: { value: 'REVISION', number: true, help: 'the revision to go back to', required: 'Which revision?' },
  },
  examples: [
    'tenantctl parsers rollback Invoice --to 3 --account acme-prod',
    'tenantctl parsers rollback acme-prod/Invoice --to 3 --yes --json',
  ],
  operations: ['parsers.show', 'parsers.revision', 'parsers.rollback'],
  next: 'tenantctl parsers revisions NAME',
} as const satisfies VerbSpec;

export type RollbackOptions = OptionsOf<typeof spec>;

export function rollbackCommand(ctx: Context, run = rollbackRun): Verb {
  return verb(spec, ctx, run);
}

export async function rollbackRun({ name, to: revision }: RollbackOptions, ctx: Context): Promise<void> {
  const at = namedAt(ctx, name);
  const client = ctx.client();
  const params = { account: at.account, parser: at.name };
  const query = { workspace: at.workspace };
  const before = await client.call('parsers.show', { params, query });
  // Its id from here on: the name may be one of those that change.
  const one = { account: at.account, parser: before.id };
  const earlier = await client.call('parsers.revision', { params: { ...one, revision } });
  if (before.digest !== earlier.digest) {
    await ctx.confirmed({
      weight: 'yes',
      what: `make revision ${revision} of ${before.name} (${earlier.change} ${earlier.at}) its revision ${before.revision + 1}`,
      consequences: differences(before, earlier),
      command: asTyped(ctx, `tenantctl parsers rollback ${quoted(name)} --to ${revision}`),
    });
  }
  const after = await client.call('parsers.rollback', {
    params: one,
    body: { revision },
    ifMatch: before.revision,
  });
  await tellChange(ctx, {
    value: after,
    changed: after.revision !== before.revision,
    done: `${after.name} is as it was at revision ${revision} (revision ${after.revision}).`,
    already: `${after.name} is as it was at revision ${revision} already.`,
  });
  noteWaiting(ctx, [{ place: at, name: after.name, secrets: missingOf(after) }]);
}

/** The name stays. What differs in the definition only the server could tell: here it is in numbers. */
function differences(before: Parser, earlier: Answer<'parsers.revision'>): string[] {
  const texts = (['document_type', 'description'] as const)
    .filter((field) => before[field] !== earlier[field])
    .map((field) => `${field.replace('_', ' ')}: ${before[field] ?? 'none'} -> ${earlier[field] ?? 'none'}`);
  const parts = (['preprocessing', 'fields', 'tables', 'secrets'] as const).map((part) =>
    changed(part, before.definition[part].length, earlier.definition[part].length),
  );
  return [...texts, `definition: ${parts.join(', ')}`, ...lostText(lostValues(before, earlier.definition))];
}

function changed(part: string, before: number, after: number): string {
  return before === after ? `${before} ${part}` : `${before} -> ${after} ${part}`;
}
