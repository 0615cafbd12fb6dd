import type { Client } from '../../client/client.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { mailedSecretIn } from '../mailed-secret.ts';
import { askSecret, type Invitation, linesOfStdin, preview } from './invitation.ts';

const spec = {
  path: 'invites accept',
  summary: 'Accept an invitation that you were sent',
  about:
    'Asks for the link of the mail. Somebody new chooses a password; somebody who has an account signs in, or gives that password: accepting never changes it. Secrets never come by flag: they would show in the process list.',
  flags: {
    secretStdin: { help: 'read the secret or the link from the first line of stdin' },
    passwordStdin: {
      help: 'read the password from stdin: the second line, or the first without --secret-stdin',
    },
    name: { value: 'NAME', help: 'how others see you; for somebody new' },
  },
  examples: [
    'tenantctl invites accept',
    'tenantctl invites accept --secret-stdin --password-stdin --name "Ana Ruiz" < secret-and-password.txt',
  ],
  operations: ['invites.preview', 'invites.accept'],
  next: 'tenantctl accounts list',
} as const satisfies VerbSpec;

export type AcceptOptions = OptionsOf<typeof spec>;

export function acceptCommand(ctx: Context, run = acceptRun): Verb {
  return verb(spec, ctx, run);
}

export async function acceptRun(options: AcceptOptions, ctx: Context): Promise<void> {
  const wanted = [
    ...(options.secretStdin === true ? (['secret'] as const) : []),
    ...(options.passwordStdin === true ? (['password'] as const) : []),
  ];
  const lines = await linesOfStdin(ctx, wanted);
  const client = ctx.client();
  const secret = options.secretStdin === true ? mailedSecretIn(lines.shift() ?? '') : await askSecret(ctx);
  const invitation = await preview(ctx, client, secret);
  const proof = await proofOf(invitation, options.passwordStdin === true ? lines[0] : undefined, ctx);
  const name = options.name === undefined || invitation.needs === 'sign_in' ? {} : { name: options.name };
  const done = await accept(client, { secret, ...proof.body, ...name }, proof.anonymous);
  for (const gone of done.dropped) ctx.out.warn(`${gone} is gone meanwhile, and is not part of it`);
  const next = proof.anonymous
    ? `tenantctl login --email ${invitation.email}`
    : `tenantctl accounts use ${done.account.slug}`;
  await ctx.out.result(
    done,
    `You are ${done.role} in ${done.account.name} (${done.account.slug}). Next: ${next}`,
  );
}

async function accept(
  client: Client,
  body: { secret: string; password?: string; name?: string },
  anonymous: boolean,
) {
  return await client.call('invites.accept', { body, anonymous });
}

interface Proof {
  readonly body: { password?: string };
  /** Not as the person who is signed in here. */
  readonly anonymous: boolean;
}

/** Somebody new chooses a password; somebody known shows who they are by the session here, or by theirs. */
async function proofOf(invitation: Invitation, given: string | undefined, ctx: Context): Promise<Proof> {
  if (given !== undefined) return { body: { password: given }, anonymous: true };
  if (invitation.needs === 'new_password')
    return { body: { password: await newPassword(ctx) }, anonymous: true };
  if ((await ctx.credential().token()) !== undefined) return { body: {}, anonymous: false };
  const password = await ctx.prompt.password({
    message: `Password of ${invitation.email}`,
    flag: '--password-stdin',
    hint: 'tenantctl login, then accept; or --password-stdin < FILE',
  });
  return { body: { password }, anonymous: true };
}

async function newPassword(ctx: Context): Promise<string> {
  const flag = '--password-stdin';
  const password = await ctx.prompt.password({ message: 'Choose a password (15 characters or more)', flag });
  const again = await ctx.prompt.password({ message: 'The same again', flag });
  if (again === password) return password;
  throw usageError('the two passwords differ; nothing was accepted', { code: 'passwords_differ' });
}
