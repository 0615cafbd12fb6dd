// What a start costs against `node -e 0`. The two are measured in turn, so that a busy machine slows both.
import { join } from 'node:path';
import { type Line, ratios } from './figures.ts';
import { type Ground, launcher, serve } from './ground.ts';
import { type Cost, costOf, mustRun } from './process.ts';

interface Case {
  readonly what: string;
  readonly args: readonly string[];
  readonly most?: number;
}

const cases: readonly Case[] = [
  { what: 'node -e 0 again (noise)', args: ['-e', '0'] },
  { what: 'tenantctl --version', args: [launcher, '--version'], most: 1.15 },
  { what: 'tenantctl --help', args: [launcher, '--help'], most: 1.2 },
  { what: 'tenantctl accounts --help', args: [launcher, 'accounts', '--help'], most: 1.7 },
  { what: 'tenantctl invites send --help', args: [launcher, 'invites', 'send', '--help'], most: 1.7 },
  { what: 'tenantctl accounts list', args: [launcher, 'accounts', 'list'], most: 3.3 },
  { what: 'tenantctl accounts list --json', args: [launcher, 'accounts', 'list', '--json'], most: 3.3 },
];

export async function startup(ground: Ground, pairs: number): Promise<Line[]> {
  const server = await serve(ground, ['--dev', '--data', join(ground.folder, 'startup')]);
  const run = (args: readonly string[]) => costOf([process.execPath, ...args], ground.env, ground.folder);
  await mustRun([process.execPath, launcher, 'accounts', 'create', 'acme'], ground.env, ground.folder);
  for (const { args } of cases) await run(args);
  const found = new Map<Case, { bare: Cost; cost: Cost }[]>();
  for (let pair = 0; pair < pairs; pair += 1) {
    for (const one of cases) {
      const bare = await run(['-e', '0']);
      found.set(one, [...(found.get(one) ?? []), { bare, cost: await run(one.args) }]);
    }
  }
  await server.stop();
  return [...found].flatMap(([{ what, most }, costs]) => {
    const of = (kind: keyof Cost) => costs.map(({ bare, cost }) => cost[kind] / bare[kind]);
    return [
      ratios(`${what}: cpu`, of('cpu'), most === undefined ? undefined : { most }),
      ratios(`${what}: wall`, of('wall')),
    ];
  });
}

/** `serve` on an empty folder until its ready line, against the wall time of a bare node. */
export async function serverReady(ground: Ground, pairs: number): Promise<Line[]> {
  const seconds: number[] = [];
  const values: number[] = [];
  for (let pair = 0; pair <= pairs; pair += 1) {
    const bare = await costOf([process.execPath, '-e', '0'], ground.env, ground.folder);
    const server = await serve(ground, ['--dev', '--data', join(ground.folder, `ready-${pair}`)]);
    await server.stop();
    // The first one fills the compile cache.
    if (pair === 0) continue;
    seconds.push(server.seconds);
    values.push(server.seconds / bare.wall);
  }
  const slowest = Math.max(...seconds);
  return [
    ratios('serve on an empty folder, until it is ready: wall', values),
    {
      what: 'serve on an empty folder, slowest',
      value: `${slowest.toFixed(2)} s`,
      target: '<= 1 s',
      met: slowest <= 1,
    },
  ];
}
