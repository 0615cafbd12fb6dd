// Requests a second of the reads that a console or a script makes most, eight at a time over kept connections.
import { startEstate } from './estate.ts';
import { type Line, median, perSecond, spread } from './figures.ts';
import type { Ground } from './ground.ts';
import { Http } from './http.ts';
import { seedMembers } from './seed.ts';

const LANES = 8;
const SECONDS = 1;
const ROUNDS = 5;
/** Under the server's limit a credential and minute, with room for the requests in flight. */
const PER_TOKEN = 5900;
const INVITES = 1000;

export async function reads(ground: Ground): Promise<Line[]> {
  const estate = await startEstate(ground);
  const account = await estate.account('busy');
  await seedMembers(estate.store, account, 10_000);
  const people = Array.from({ length: INVITES }, (_, n) => ({
    row: n + 1,
    email: `invited.${n}@example.com`,
  }));
  const batch = await estate.http.json('POST', `/accounts/${account}/batches`, {
    kind: 'invites',
    digest: 'd'.repeat(64),
    rows_total: INVITES,
    seats_needed: INVITES,
    defaults: { role: 'admin' },
  });
  await estate.http.json('POST', `/accounts/${account}/batches/${String(batch['id'])}/rows`, {
    rows: people,
  });
  await estate.settled();
  const cases = {
    'me.show': '/me',
    'accounts.show': `/accounts/${account}`,
    'members.list, a page of 100': `/accounts/${account}/members`,
    'invites.list, a page of 100': `/accounts/${account}/invites`,
  };

  let left = 0;
  let http: Http | null = null;
  const client = async (): Promise<Http> => {
    if (left > LANES && http !== null) {
      left -= 1;
      return http;
    }
    left = PER_TOKEN;
    const fresh = new Http(estate.url, await estate.token(account));
    ground.defer(() => fresh.close());
    http = fresh;
    return fresh;
  };
  const rateOf = async (path: string): Promise<number> => {
    let done = 0;
    const began = performance.now();
    const lane = async () => {
      while (performance.now() - began < SECONDS * 1000) {
        const { status, body } = await (await client()).raw('GET', path);
        if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${body.slice(0, 300)}`);
        done += 1;
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return done / ((performance.now() - began) / 1000);
  };

  const rates = new Map<string, number[]>(Object.keys(cases).map((name) => [name, []]));
  for (const path of Object.values(cases)) await rateOf(path);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, path] of Object.entries(cases)) rates.get(name)?.push(await rateOf(path));
  }
  await estate.stop();
  return [...rates].map(([what, values]) => ({
    what,
    value: perSecond(median(values), 1),
    spread: spread(values, 0),
  }));
}
