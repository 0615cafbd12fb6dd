// What the tool holds at most, however large the file, and how fast it checks one.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { invited } from './bulk.ts';
import { startEstate } from './estate.ts';
import { type Line, median, megabytes, perSecond, ratio, spread } from './figures.ts';
import type { Ground } from './ground.ts';
import { writeCsv } from './people.ts';

const SIZES = [10_000, 100_000, 1_000_000] as const;
const MILLION = 1_000_000;
const CHECKS = 3;
const MOST = 160 * 2 ** 20;

export async function memory(ground: Ground): Promise<Line[]> {
  const estate = await startEstate(ground);
  const lines: Line[] = [];
  const peaks: number[] = [];
  const csv = join(ground.folder, 'people.csv');
  for (const rows of SIZES) {
    writeCsv(csv, rows);
    const { peak, wall } = await invited(estate, await estate.account(`size-${rows}`), csv, rows);
    peaks.push(peak);
    lines.push({
      what: `peak of a bulk invite of ${rows} rows (${perSecond(rows, wall)})`,
      value: megabytes(peak),
      target: '< 160 MB',
      met: peak < MOST,
    });
  }
  const growth = (peaks.at(-1) ?? Number.NaN) / (peaks[0] ?? Number.NaN);
  lines.push({
    what: 'peak at the largest / the smallest',
    value: ratio(growth),
    target: '<= 1.3x',
    met: growth <= 1.3,
  });

  // The last row is bad: the whole file is checked, nothing is asked of the server, and nothing is sent.
  writeCsv(csv, MILLION - 1);
  appendFileSync(csv, 'no address,bad\n');
  const account = await estate.account('check-only');
  const rates: number[] = [];
  const checkPeaks: number[] = [];
  for (let n = 0; n < CHECKS; n += 1) {
    const { wall, peak } = await estate.tool(
      ['invites', 'send', '--csv', csv, '--account', account, '--role', 'admin'],
      2,
    );
    rates.push(MILLION / wall);
    checkPeaks.push(peak);
  }
  const rate = median(rates);
  lines.push(
    {
      what: `check only, ${MILLION} rows`,
      value: perSecond(rate, 1),
      spread: spread(rates, 0),
      target: '>= 200,000/s',
      met: rate >= 200_000,
    },
    {
      what: `peak of checking ${MILLION} rows`,
      value: megabytes(Math.max(...checkPeaks)),
      target: '< 160 MB',
      met: Math.max(...checkPeaks) < MOST,
    },
  );
  await estate.stop();
  return lines;
}
