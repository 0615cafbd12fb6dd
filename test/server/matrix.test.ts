import { beforeAll, describe, expect, it } from 'vitest';
import { problem } from '../../src/contract/common.ts';
import { type OperationId, operationIds, operationOf } from '../../src/contract/operations.ts';
import { pathParams } from '../../src/contract/shapes.ts';
import { handlers } from '../../src/server/routes/table.ts';
import { type Reply, type Request, startServer, type TestServer } from '../support/server.ts';
import { buildWorld, requests, rollingBack, type Target, type World } from './matrix.world.ts';

/** Operations of the contract that have no route yet. It may only shrink. */
const unrouted: readonly OperationId[] = [];
/** 403s that say no reasons. It may only shrink. */
const unreasoned: readonly string[] = [];

/** Operations whose body names an account, and those that do something without one too. */
const inBody: readonly OperationId[] = [
  'tokens.create',
  'accounts.create',
  'access.explain',
  'access.who_can',
  'umbrella_invites.consent',
  'umbrella_invites.accept',
];
const alsoWithout: readonly OperationId[] = ['accounts.create', 'access.explain'];
const namesAccount = (id: OperationId): boolean => pathParams(id).includes('account') || inBody.includes(id);

/** What is tried in which section: an operation on an account in each, every other one once. */
const triedIn = (target: Target): OperationId[] =>
  operationIds.filter((id) =>
    target.name === 'platform' ? !namesAccount(id) || alsoWithout.includes(id) : namesAccount(id),
  );

interface Outcome {
  readonly id: OperationId;
  readonly caller: string;
  readonly reply: Reply;
}

let world: World;
let server: TestServer;

function send<Id extends OperationId>(id: Id, token: string | null, target: Target): Promise<Reply> {
  const request: Request<Id> = requests[id](target);
  return server.call(id, token === null ? request : { ...request, token });
}

async function outcomesOf(target: Target): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const id of triedIn(target)) {
    for (const [caller, token] of target.callers) {
      outcomes.push({ id, caller, reply: await send(id, token, target) });
    }
  }
  return outcomes;
}

function codeOf({ status, body }: Reply): string {
  const parsed = status >= 400 ? problem.parse(body).code : '';
  return `${status}${parsed && ` ${parsed}`}`;
}

/** Without what differs between two requests for different things: the reference that was given, and the request's id. */
function normalised(reply: Reply, references: readonly string[]): string {
  const text = JSON.stringify({
    status: reply.status,
    type: reply.headers['content-type'],
    body: reply.body,
  });
  const blank = text.replace(/"request_id":"[^"]+"/, '"request_id":""');
  return references.reduce((so, reference) => so.replaceAll(reference, '<reference>'), blank);
}

function table(outcomes: readonly Outcome[]): string {
  const lines: string[] = [];
  for (const [id, tried] of Map.groupBy(outcomes, (outcome) => outcome.id)) {
    lines.push(id);
    const grouped = [...Map.groupBy(tried, ({ reply }) => codeOf(reply))].sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    for (const [code, some] of grouped) {
      lines.push(`  ${code.padEnd(24)} ${some.map(({ caller }) => caller).join(' ')}`);
    }
  }
  return lines.join('\n');
}

describe('the access matrix', { timeout: 120_000 }, () => {
  let sections: Map<Target, Outcome[]>;

  beforeAll(async () => {
    world = await buildWorld();
    const { deps, database } = world.server;
    server = await startServer({
      database,
      setup: { dev: true },
      deps: { transactions: rollingBack(deps.transactions) },
    });
    sections = new Map();
    for (const target of world.targets) sections.set(target, await outcomesOf(target));
  }, 120_000);

  const all = () => [...sections.values()].flat();

  it('knows every operation, and every operation has a route', () => {
    expect(Object.keys(requests).sort()).toEqual([...operationIds].sort());
    expect(operationIds.filter((id) => !(id in handlers))).toEqual(unrouted);
    expect(new Set(world.targets.flatMap(triedIn))).toEqual(new Set(operationIds));
  });

  it('is as it was agreed', async () => {
    const text = [...sections].map(([target, outcomes]) => `== ${target.name}\n\n${table(outcomes)}\n`);
    await expect(text.join('\n')).toMatchFileSnapshot('../golden/access-matrix.txt');
  });

  it('asks for a credential everywhere but where the contract says public', () => {
    const wrong = all().filter(({ id, caller, reply }) => {
      if (caller === 'garbage') return codeOf(reply) !== '401 invalid_token';
      if (caller !== 'none') return false;
      return (operationOf(id).public === true) === (codeOf(reply) === '401 unauthenticated');
    });
    expect(wrong.map(({ id, caller, reply }) => `${id} ${caller} ${codeOf(reply)}`)).toEqual([]);
  });

  it('tells nobody with a valid credential to send one', () => {
    const asked = all().filter(
      ({ caller, reply }) => caller !== 'none' && codeOf(reply) === '401 unauthenticated',
    );
    expect(asked.map(({ id, caller }) => `${id} ${caller}`)).toEqual([]);
  });

  it('never fails, whoever asks', () => {
    expect(all().filter(({ reply }) => reply.status >= 500)).toEqual([]);
  });

  it('gives the reasons of every 403', () => {
    const silent = all().filter(
      ({ reply }) => reply.status === 403 && !problem.parse(reply.body).reasons?.length,
    );
    const names = new Set(silent.map(({ id, caller }) => `${id} ${caller}`));
    expect([...names]).toEqual(unreasoned);
  });

  it('answers a stranger about an account as about one that is not there, byte for byte', async () => {
    const different: string[] = [];
    for (const [target, outcomes] of sections) {
      if (target.name === 'platform') continue;
      for (const { id, caller, reply } of outcomes.filter((one) => one.caller === 'stranger')) {
        const token = target.callers.get(caller) ?? null;
        for (const account of ['nowhere', 'acc_00000000000000000000000000']) {
          const nowhere = await send(id, token, { ...target, account });
          if (normalised(nowhere, [account]) !== normalised(reply, [target.account]))
            different.push(`${target.name} ${id}`);
        }
      }
    }
    expect(different).toEqual([]);
  });

  it('says the same 404 to everybody else who may not see the account', async () => {
    const different: string[] = [];
    for (const [target, outcomes] of sections) {
      if (target.name === 'platform') continue;
      // Who sees the account is told which thing in it is not there.
      const seeing = outcomes.filter(({ id, reply }) => id === 'accounts.show' && reply.status === 200);
      for (const { id, caller, reply } of outcomes) {
        if (reply.status !== 404 || seeing.some((one) => one.caller === caller)) continue;
        const nowhere = await send(id, target.callers.get(caller) ?? null, { ...target, account: 'nowhere' });
        if (normalised(nowhere, ['nowhere']) !== normalised(reply, [target.account])) {
          different.push(
            `${target.name} ${id} ${caller}: ${normalised(reply, [])} / ${normalised(nowhere, [])}`,
          );
        }
      }
    }
    expect(different).toEqual([]);
  });

  it('answers an administrator about a foreign thing as about one that is not there, byte for byte', async () => {
    const things = [
      'member',
      'invite',
      'receipt',
      'batch',
      'resource',
      'key',
      'workspace',
      'token',
      'parser',
      'form',
      'delegation',
    ] as const;
    const different: string[] = [];
    for (const target of world.targets.filter(({ name }) => name !== 'platform')) {
      for (const id of triedIn(target)) {
        const thing = things.find((name) => pathParams(id).includes(name));
        if (thing === undefined) continue;
        const given = world.foreign[thing];
        const never = `${given.slice(0, 4)}${'0'.repeat(26)}`;
        const foreign = await send(id, target.admin, { ...target, [thing]: given });
        const nothing = await send(id, target.admin, { ...target, [thing]: never });
        if (normalised(foreign, [given]) !== normalised(nothing, [never]) || nothing.status < 400) {
          different.push(`${target.name} ${id}: ${codeOf(foreign)} / ${codeOf(nothing)}`);
        }
      }
    }
    expect(different).toEqual([]);
  });
});
