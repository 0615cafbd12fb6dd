import { expect, it } from 'vitest';
import { join, person } from '../support/estate.ts';
import { family, numbered } from './family.ts';

const FORTY = 40;
const CROWDED = 'acme-07';
/** One more than the plan starter has seats for. */
const PEOPLE = 26;

interface Result {
  readonly account: { readonly slug: string };
  readonly outcome: string;
  readonly error: {
    readonly code: string;
    readonly details: readonly { readonly pointer?: string; readonly detail: string }[];
  } | null;
}

it('forty managed accounts are upgraded in one command; the one that the plan is too small for says why', async () => {
  const { server, cli, children } = await family(numbered(FORTY));
  await cli.ok(`plans change basic --now --all-managed --yes --quiet --max-accounts ${FORTY}`);
  await cli.ok(`plans change business --account ${CROWDED}`);
  const crowded = children.get(CROWDED)?.id ?? '';
  for (let at = 0; at < PEOPLE; at += 1)
    await join(server, crowded, await person(server, `p${at}@crowd.example`), 'user', ['forms']);
  const words = 'plans change starter --now --all-managed --yes --json';
  // The brake first: more than twenty need to be said.
  expect((await cli.run(words)).code).toBe(2);
  const done = await cli.run(`${words} --max-accounts ${FORTY}`);
  expect(done.code).toBe(3);
  const results = done.json() as Result[];
  expect(results.map(({ outcome }) => outcome).sort()).toEqual([
    ...Array.from({ length: FORTY - 1 }, () => 'done'),
    'failed',
  ]);
  const [refused] = results.filter(({ outcome }) => outcome === 'failed');
  expect([refused?.account.slug, refused?.error?.code]).toEqual([CROWDED, 'plan_blocked']);
  expect(refused?.error?.details.map(({ detail }) => detail)).toEqual([
    '26 in use, and starter has 25; remove or deactivate members, or revoke invitations',
  ]);
  expect(JSON.parse(done.stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
    error: { message: `1 of ${FORTY} accounts failed` },
  });
  const shown = (await cli.ok('plans current --all-managed --json --fields plan')).json() as {
    result: { plan: string };
    account: { slug: string };
  }[];
  expect(shown.filter(({ result }) => result.plan !== 'starter').map(({ account }) => account.slug)).toEqual([
    CROWDED,
  ]);
  // Again: nothing to do but for the one, which is refused again.
  const again = await cli.run(`${words} --max-accounts ${FORTY}`);
  const outcomes = (again.json() as Result[]).map(({ outcome }) => outcome);
  expect([again.code, outcomes.filter((outcome) => outcome === 'unchanged').length]).toEqual([3, FORTY - 1]);
}, 60_000);
