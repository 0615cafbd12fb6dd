import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { declarePath } from './declare-path.ts';

const spec = {
  path: 'parsers promotion-path set',
  summary: 'Declare the order in which parsers are promoted',
  about: 'Two or more of a master and its managed accounts, in order, each once. It replaces the one before.',
  args: { step: { help: 'slugs or ids of accounts, the first one first', rest: true } },
  examples: [
    'tenantctl parsers promotion-path set acme-dev acme-staging acme-prod --account acme',
    'tenantctl parsers promotion-path set acme-dev acme-prod --account acme --json',
  ],
  operations: ['promotion_path.show', 'promotion_path.update'],
  next: 'tenantctl parsers promote NAME',
} as const satisfies VerbSpec;

export type PathSetOptions = OptionsOf<typeof spec>;

export function pathSetCommand(ctx: Context, run = pathSetRun): Verb {
  return verb(spec, ctx, run);
}

export async function pathSetRun({ step }: PathSetOptions, ctx: Context): Promise<void> {
  await declarePath(ctx, step);
}
