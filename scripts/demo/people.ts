// How people of the demo come in: by the links that they are mailed.
import { setTimeout as pause } from 'node:timers/promises';
import { listOf } from './answers.ts';
import { DemoFailure, type Stage } from './stage.ts';

export const STAFF = ['--profile', 'local-staff'];
export const PASSWORD = 'seven quiet herons wade';
export const MAIL_MS = 20_000;

/** The newest link that was mailed to somebody; mail leaves a moment after the command. */
export async function mailedLink(stage: Stage, to: string, after = ''): Promise<string> {
  const args = ['dev', 'mail', '--to', to, '--limit', '1', ...STAFF];
  for (const end = Date.now() + MAIL_MS; Date.now() < end; await pause(50)) {
    const [mail] = listOf(await stage.json(args), 'the mail');
    const links: unknown = mail?.['links'];
    const link: unknown = Array.isArray(links) ? links[0] : undefined;
    if (typeof link === 'string' && link !== after) {
      await stage.run([...args, '--fields', 'to,subject,links']);
      return link;
    }
  }
  throw new DemoFailure(`no mail to ${to} within ${MAIL_MS / 1000} s`);
}

export interface Newcomer {
  readonly email: string;
  readonly name: string;
  /** Under which they are signed in from then on. */
  readonly profile: string;
}

export async function signUp(stage: Stage, { email, name, profile }: Newcomer, url: string): Promise<void> {
  const as = ['--profile', profile, '--api-url', url];
  await stage.run(['signup', email, ...as]);
  const link = await mailedLink(stage, email);
  await stage.run(['signup', '--secret-stdin', '--name', name, ...as], {
    stdin: `${link}\n${PASSWORD}\n`,
    stdinAs: 'the link, a password',
  });
}
