import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { wells } from '../support/records.ts';
import { ended, Machine } from './processes.ts';

const ROWS = 4000;
const machines: Machine[] = [];

afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.end();
});

it('a file goes on after the tool and the server were killed, and no record is doubled or charged twice', async () => {
  const machine = new Machine();
  machines.push(machine);
  await machine.startServer();
  const words = (line: string) => line.split(' ');
  await machine.json(words('accounts create Acme --slug acme --plan professional'));
  const form = { schema: 'tenantctl/form/v1', name: 'Wells', title: 'Wells', questions: wells };
  await machine.json(words('forms create Wells --file - --account acme'), JSON.stringify(form));
  const rows = Array.from({ length: ROWS }, (_, at) => `Well ${at},${at % 500}\n`);
  writeFileSync(join(machine.folder, 'wells.csv'), `site,depth\n${rows.join('')}`);
  const submit = words('forms submit Wells --csv wells.csv --account acme');
  const killed = machine.tool([...submit, '-o', 'ndjson']);
  await new Promise<void>((resolve) => {
    let seen = '';
    killed.stdout?.on('data', (chunk) => {
      seen += chunk;
      if (seen.includes('"event":"item"')) resolve();
    });
  });
  killed.kill('SIGKILL');
  await ended(killed);
  await machine.crashServer();
  const done = (await machine.json(submit)) as { rows: number; recorded: number; repeated: number };
  expect(done.rows).toBe(ROWS);
  expect(done.recorded + done.repeated).toBe(ROWS);
  expect(done.repeated).toBeGreaterThanOrEqual(1000);
  const again = (await machine.json(submit)) as { recorded: number; credits: number };
  expect([again.recorded, again.credits]).toEqual([0, 0]);
  const exported = await machine.run(
    words('forms records export Wells --account acme --fields answers.site -o csv'),
  );
  const sites = exported.stdout.trim().split('\r\n').slice(1);
  expect(sites).toHaveLength(ROWS);
  expect(new Set(sites).size).toBe(ROWS);
  const credits = JSON.stringify(await machine.json(words('credits balance --account acme')));
  expect(credits).toContain(String(10_000 - ROWS));
}, 300_000);
