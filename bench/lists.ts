// A long list, as a whole process: `members list -o ndjson` of an account with 100,000 members.
import { startEstate } from './estate.ts';
import { type Line, median, megabytes, perSecond, spread } from './figures.ts';
import type { Ground } from './ground.ts';
import { seedMembers } from './seed.ts';

const MEMBERS = 100_000;
const RUNS = 3;

export async function lists(ground: Ground): Promise<Line[]> {
  const estate = await startEstate(ground);
  const account = await estate.account('large');
  await seedMembers(estate.store, account, MEMBERS);
  const rates: number[] = [];
  const peaks: number[] = [];
  for (let n = 0; n < RUNS; n += 1) {
    const out = `${ground.folder}/members.ndjson`;
    const run = await estate.tool(['members', 'list', '--account', account, '-o', 'ndjson', '--out', out]);
    rates.push(MEMBERS / run.wall);
    peaks.push(run.peak);
  }
  await estate.stop();
  return [
    {
      what: `members list -o ndjson, ${MEMBERS} members`,
      value: perSecond(median(rates), 1),
      spread: spread(rates, 0),
    },
    {
      what: 'its peak',
      value: megabytes(Math.max(...peaks)),
      target: '< 160 MB',
      met: Math.max(...peaks) < 160 * 2 ** 20,
    },
  ];
}
