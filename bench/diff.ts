// A diff that finds nothing, as a whole process, against a script that asks for each thing by itself, eight at a time.
import { join } from 'node:path';
import { startEstate } from './estate.ts';
import { type Line, median, ratio, ratios, spread } from './figures.ts';
import type { Ground } from './ground.ts';
import { Http } from './http.ts';
import { seedMembers } from './seed.ts';

/** Under the server's limit a credential and minute. */
const MEMBERS = 4000;
const LANES = 8;
const RUNS = 3;

export async function diff(ground: Ground): Promise<Line[]> {
  const estate = await startEstate(ground);
  const account = await estate.account('large');
  await seedMembers(estate.store, account, MEMBERS);
  const file = join(ground.folder, 'estate.yaml');
  await estate.tool(['export', 'large', '--out', file]);

  const times: number[] = [];
  const before = await requests(estate.url);
  for (let run = 0; run < RUNS; run += 1)
    times.push((await estate.tool(['diff', '-f', file, '--detailed-exitcode'])).wall);
  const asked = ((await requests(estate.url)) - before) / RUNS;

  const scripted: number[] = [];
  for (let run = 0; run < RUNS; run += 1)
    scripted.push(await oneByOne(new Http(estate.url, await estate.token(account)), account));
  await estate.stop();
  return [
    { what: `requests of a diff, ${MEMBERS} members`, value: String(asked), target: '<= 6', met: asked <= 6 },
    { what: 'requests of the script', value: ratio(MEMBERS / asked), spread: `${MEMBERS}` },
    { what: 'the diff, seconds', value: median(times).toFixed(2), spread: spread(times) },
    ratios(
      'the script, against the diff',
      scripted.map((seconds, at) => seconds / (times[at] ?? 1)),
      { least: 1 },
    ),
  ];
}

/** All that the server has counted as reads of estates. */
async function requests(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const counts = text.matchAll(/^tenantctl_requests_total\{[^}]*operation="estate\.read"[^}]*\} (\d+)/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** What somebody would write with curl in a loop; quicker than that, for its connections are kept. */
async function oneByOne(http: Http, account: string): Promise<number> {
  const began = performance.now();
  let next = 1;
  const lane = async () => {
    for (let n = next++; n <= MEMBERS; n = next++)
      await http.json('GET', `/accounts/${account}/members/seeded.${n}@example.com`);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  http.close();
  return (performance.now() - began) / 1000;
}
