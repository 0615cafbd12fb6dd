// npm run bench -- [section...]: everything is measured in one run on one machine, and only ratios are worth keeping.
import { cpus, release, totalmem } from 'node:os';
import { bulk } from './bulk.ts';
import { diff } from './diff.ts';
import { type Line, megabytes, table } from './figures.ts';
import { type Ground, onGround } from './ground.ts';
import { lists } from './lists.ts';
import { memory } from './memory.ts';
import { reads } from './reads.ts';
import { serverBatch } from './server-batch.ts';
import { serverReady, startup } from './startup.ts';
import { usage } from './usage.ts';

interface Section {
  readonly title: string;
  readonly measure: (ground: Ground) => Promise<Line[]>;
}

const sections: Readonly<Record<string, Section>> = {
  startup: { title: 'Start-up of the tool, against `node -e 0`', measure: (ground) => startup(ground, 15) },
  ready: { title: 'Start of the server', measure: (ground) => serverReady(ground, 15) },
  server: {
    title: "The server's bulk path, against the same rows inserted bare",
    measure: (ground) => serverBatch(ground, { rows: 10_000, rounds: 5, mail: 'away' }),
  },
  usage: { title: 'Reports of usage, against the same entries of the ledger inserted bare', measure: usage },
  bulk: { title: 'A bulk invite, the tool as a whole process', measure: bulk },
  memory: { title: 'Memory of the tool, and checking a file', measure: memory },
  lists: { title: '100,000 members', measure: lists },
  reads: { title: 'The busiest reads', measure: reads },
  diff: { title: 'A diff that finds nothing, against a script that asks one by one', measure: diff },
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in sections));
if (unknown !== undefined) {
  process.stderr.write(`bench: no section ${unknown}; there are ${Object.keys(sections).join(', ')}\n`);
  process.exitCode = 2;
} else {
  const machine = `${cpus().length} CPUs (${cpus()[0]?.model ?? 'unknown'}), ${megabytes(totalmem())}, ${process.platform} ${release()}`;
  process.stdout.write(`Node ${process.version}, ${machine}\n`);
  const missed: string[] = [];
  for (const [name, { title, measure }] of Object.entries(sections)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const began = performance.now();
    process.stderr.write(`${name} ...\n`);
    const lines = await onGround(measure);
    missed.push(...lines.filter(({ met }) => met === false).map(({ what }) => what));
    process.stdout.write(table(title, lines));
    process.stderr.write(`${name}: ${Math.round((performance.now() - began) / 1000)} s\n`);
  }
  process.stdout.write(
    missed.length === 0 ? '\nEvery target was met.\n' : `\nMissed: ${missed.join('; ')}\n`,
  );
}
