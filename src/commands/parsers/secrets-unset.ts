import type { Context } from '../../context.ts';
import { quoted } from '../../output/text.ts';
import { asTyped, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { changeSecret } from './secret.ts';

const spec = {
  path: 'parsers secrets unset',
  summary: 'Take the value of a secret away; its name stays declared',
  about:
    'The parser does without it until it has a value again. The old value cannot be shown or brought back.',
  args: {
    name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME' },
    secret: { help: 'its name in the definition' },
  },
  examples: [
    'tenantctl parsers secrets unset acme-prod/Invoice supplier_api',
    'tenantctl parsers secrets unset Invoice supplier_api --yes',
  ],
  operations: ['parsers.show', 'parsers.update'],
  next: 'tenantctl parsers secrets set NAME SECRET',
} as const satisfies VerbSpec;

export type SecretsUnsetOptions = OptionsOf<typeof spec>;

export function secretsUnsetCommand(ctx: Context, run = secretsUnsetRun): Verb {
  return verb(spec, ctx, run);
}

export async function secretsUnsetRun({ name, secret }: SecretsUnsetOptions, ctx: Context): Promise<void> {
  const at = namedAt(ctx, name);
  await ctx.confirmed({
    weight: 'yes',
    what: `take away the value of ${secret} of ${at.name}, which cannot be brought back`,
    command: asTyped(ctx, `tenantctl parsers secrets unset ${quoted(name)} ${secret}`),
  });
  const { before, after } = await changeSecret(ctx.client(), at, secret, null);
  await tellChange(ctx, {
    value: after,
    changed: after.revision !== before.revision,
    done: `${secret} of ${after.name} has no value any more (revision ${after.revision}).`,
    already: `${secret} of ${after.name} has no value.`,
  });
}
