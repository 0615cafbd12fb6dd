import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { topics } from './topics.ts';

const spec = {
  path: 'help',
  summary: 'Explain a topic or a command',
  about: `Topics: ${Object.keys(topics).join(', ')}. For a command: tenantctl help accounts list.`,
  args: { topic: { help: 'a topic, or a command', rest: true, optional: true } },
  examples: ['tenantctl help exit-codes', 'tenantctl help environment', 'tenantctl help invites send'],
  operations: [],
} as const satisfies VerbSpec;

export function helpCommand(ctx: Context, run = helpRun): Verb {
  return verb(spec, ctx, run);
}

/** The program itself turns `help COMMAND` into `COMMAND --help`; here are the topics. */
export async function helpRun(options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const name = options.topic.join(' ');
  const topic = topics[name];
  if (topic === undefined) {
    throw usageError(`there is neither a topic nor a command "${name}"`, {
      code: 'unknown_topic',
      why: `Topics: ${Object.keys(topics).join(', ')}`,
      hint: 'tenantctl --help',
    });
  }
  await ctx.out.raw(`${topic.summary}.\n\n${topic.text}\n`);
}
