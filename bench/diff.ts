// The second look at a large estate, which finds nothing to do, beside a script that asks for each thing by itself,
// eight at a time; and the second apply beside the first.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Estate, startEstate } from './estate.ts';
import { type Line, median, ratio, ratios, spread } from './figures.ts';
import type { Ground } from './ground.ts';
import { Http } from './http.ts';
import { seedMembers } from './seed.ts';

const SMALL = 1000;
/** Under the server's limit a credential and minute, for the script. */
const LARGE = 4000;
const LANES = 8;
/** That the first apply makes. */
const ACCOUNTS = 50;
const RUNS = 2;

export async function diff(ground: Ground): Promise<Line[]> {
  const estate = await startEstate(ground);
  const small = await seeded(estate, ground, 'small', SMALL);
  const large = await seeded(estate, ground, 'large', LARGE);
  const few = await measured(estate, () => differing(estate, small.file));

  const times: number[] = [];
  const scripted: number[] = [];
  let asked = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const many = await measured(estate, () => differing(estate, large.file));
    times.push(many.seconds);
    asked = many.requests;
    scripted.push(await oneByOne(new Http(estate.url, await estate.token(large.account)), large.account));
  }
  const applied = await applyTwice(estate, ground);
  await estate.stop();
  return [
    { what: `requests of a diff, ${SMALL} members`, value: String(few.requests), ...within(few.requests, 3) },
    { what: `requests of a diff, ${LARGE} members`, value: String(asked), ...within(asked, 6) },
    { what: 'requests of the script, against the diff', value: ratio(LARGE / asked), spread: `${LARGE}` },
    { what: 'the diff, seconds', value: median(times).toFixed(2), spread: spread(times) },
    ratios(
      'the script, against the diff',
      scripted.map((seconds, at) => seconds / (times[at] ?? 1)),
      { least: 1 },
    ),
    ...applied,
  ];
}

interface Seeded {
  readonly account: string;
  readonly file: string;
}

async function seeded(estate: Estate, ground: Ground, slug: string, members: number): Promise<Seeded> {
  const account = await estate.account(slug);
  await seedMembers(estate.store, account, members);
  const file = join(ground.folder, `${slug}.yaml`);
  await estate.tool(['export', slug, '--out', file]);
  return { account, file };
}

async function differing(estate: Estate, file: string): Promise<number> {
  return (await estate.tool(['diff', '-f', file, '--detailed-exitcode'])).wall;
}

/** What a run takes, in seconds and in requests of any kind. */
async function measured(estate: Estate, run: () => Promise<number>) {
  const before = await requests(estate.url);
  const seconds = await run();
  return { seconds, requests: (await requests(estate.url)) - before };
}

/** Accounts made and all their people invited, and the same file once more, which sends nothing. */
async function applyTwice(estate: Estate, ground: Ground): Promise<Line[]> {
  const file = join(ground.folder, 'people.yaml');
  const accounts = Array.from({ length: ACCOUNTS }, (_, at) => accountText(at));
  writeFileSync(file, `schema: tenantctl/v1\naccounts:\n${accounts.join('')}`);
  const apply = async () => (await estate.tool(['apply', file, '--yes'])).wall;
  const first = await measured(estate, apply);
  await estate.settled();
  const seconds: number[] = [];
  let asked = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const again = await measured(estate, apply);
    seconds.push(again.seconds);
    asked = again.requests;
  }
  return [
    { what: `requests of an apply: ${ACCOUNTS} accounts, ${LARGE} people`, value: String(first.requests) },
    { what: 'requests of the second apply', value: String(asked), ...within(asked, 6) },
    ratios(
      'the second apply, against the first',
      seconds.map((again) => again / first.seconds),
      { most: 0.5 },
    ),
  ];
}

function accountText(at: number): string {
  const people = Array.from(
    { length: LARGE / ACCOUNTS },
    (_, n) => `      p${at}.${n}@people.example: { role: user, modules: [parsers] }\n`,
  );
  return `  made-${at}:\n    plan: enterprise\n    members:\n${people.join('')}`;
}

const within = (count: number, most: number) => ({ target: `<= ${most}`, met: count <= most });

/** All that the server has counted. */
async function requests(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const counts = text.matchAll(/^tenantctl_requests_total\{[^}]*operation="[^"]*"[^}]*\} (\d+)/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** What somebody would write with curl in a loop; quicker than that, for its connections are kept. */
async function oneByOne(http: Http, account: string): Promise<number> {
  const began = performance.now();
  let next = 1;
  const lane = async () => {
    for (let n = next++; n <= LARGE; n = next++)
      await http.json('GET', `/accounts/${account}/members/seeded.${n}@example.com`);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  http.close();
  return (performance.now() - began) / 1000;
}
