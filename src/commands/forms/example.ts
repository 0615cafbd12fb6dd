import type { Context } from '../../context.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';

const spec = {
  path: 'forms example',
  summary: 'Show a form to every sub-account as an example, or no more',
  about:
    'The sub-accounts of an umbrella find its examples in forms list --shared, now and those that come later, and may save copies. Its data is not for them.',
  args: { name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' } },
  flags: { off: { help: 'show it to them no more; their copies stay' } },
  examples: [
    'tenantctl forms example Visit --account umbrella',
    'tenantctl forms example Visit --off --account umbrella',
  ],
  operations: ['forms.mark_example', 'forms.unmark_example'],
  next: 'tenantctl forms shares NAME',
} as const satisfies VerbSpec;

export type ExampleOptions = OptionsOf<typeof spec>;

export function exampleCommand(ctx: Context, run = exampleRun): Verb {
  return verb(spec, ctx, run);
}

export async function exampleRun({ name, off }: ExampleOptions, ctx: Context): Promise<void> {
  const { account, workspace, name: form } = namedAt(ctx, name);
  const operation = off === true ? 'forms.unmark_example' : 'forms.mark_example';
  const answer = await ctx.client().call(operation, { params: { account, form }, query: { workspace } });
  const what = off === true ? 'no example' : 'an example';
  await tellChange(ctx, {
    value: answer,
    changed: answer.changed,
    done: `${name} is ${what} now.`,
    already: `${name} is ${what} already.`,
  });
}
