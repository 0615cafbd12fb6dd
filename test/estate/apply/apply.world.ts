import { Patience } from '../../../src/bulk/patience.ts';
import { createClient } from '../../../src/client/client.ts';
import type { Send } from '../../../src/client/wire.ts';
import { type Executed, type Execution, execute } from '../../../src/estate/apply/execute.ts';
import type { Step } from '../../../src/estate/apply/steps.ts';
import { type Change, changeSetOf, type Json, type Reviewed } from '../../../src/estate/changes.ts';
import type { Database } from '../../../src/server/store/database.ts';
import { sendTo } from '../../support/cli.ts';
import { managed, master, type Person, person } from '../../support/estate.ts';
import { startServer, type TestServer } from '../../support/server.ts';

export const API = 'http://127.0.0.1:7411';

type Loose = Partial<Change> & Pick<Change, 'kind'>;

/** A change with what is usual left out; `fields` as name and value after. */
export function change(loose: Omit<Loose, 'fields'> & { fields?: Readonly<Record<string, Json>> }): Change {
  const { fields = {}, ...given } = loose;
  return {
    op: 'create',
    account: 'acme',
    key: '',
    id: null,
    revision: null,
    note: null,
    mail: null,
    ...given,
    fields: Object.entries(fields).map(([name, after]) => ({ name, before: null, after })),
  };
}

export const invited = (
  key: string,
  fields: Readonly<Record<string, Json>> = { role: 'user', modules: [] },
) => change({ kind: 'member', key, mail: key, fields });

export function reviewed(changes: readonly Change[], more: Partial<Reviewed> = {}) {
  return changeSetOf({
    api: API,
    account: 'acme',
    made_at: '2026-03-02T09:00:00.000Z',
    files: ['estate.yaml'],
    choices: {
      prune: ['workspace', 'permission_set', 'member', 'invite', 'workspace_member', 'parser'],
      renew_expired: false,
      reinvite: false,
    },
    accounts: Object.fromEntries(changes.map(({ account }) => [account, null])),
    live: {},
    changes: [...changes],
    ...more,
  });
}

export interface ApplyWorld {
  readonly server: TestServer;
  readonly ann: Person;
  readonly staff: string;
  /** Carries a change set out by the real server; what is waited for is over at once. */
  apply(set: ReturnType<typeof reviewed>, options?: Applying): Promise<Executed>;
}

export interface Applying {
  readonly send?: Send;
  readonly parallel?: number;
  readonly settled?: ReadonlySet<string>;
  readonly interrupt?: AbortSignal;
  readonly onStep?: (step: Step) => void;
  readonly token?: string;
}

/** Ann's master acme on professional, with the managed account acme-dev. */
export async function applyWorld(database?: Database): Promise<ApplyWorld> {
  const server = await startServer({ ...(database !== undefined && { database }), setup: { dev: true } });
  const ann = await person(server, 'ann@acme.example');
  const staff = await server.staffToken();
  const acme = await master(server, ann, 'acme', staff);
  await managed(server, ann, acme.id, 'acme-dev');
  return { server, ann, staff, apply: (set, options = {}) => applied(server, ann, set, options) };
}

async function applied(
  server: TestServer,
  ann: Person,
  set: ReturnType<typeof reviewed>,
  { send = sendTo(server.app), parallel = 4, settled = new Set(), interrupt, onStep, token }: Applying,
): Promise<Executed> {
  let now = server.clock.now().getTime();
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
      await new Promise(setImmediate);
    },
  };
  const client = createClient({
    baseUrl: API,
    credential: { token: async () => token ?? ann.token, renew: async () => undefined },
    guard: { dryRun: false, readOnly: false, beforeWrite: async () => {}, place: async (account) => account },
    userAgent: 'test',
    send,
    clock,
    random: () => 0,
    uuid: () => crypto.randomUUID(),
    timeoutMs: 60_000,
    maxRetries: 2,
    notice: () => {},
  });
  const patient = {
    clock,
    patienceMs: 60_000,
    interrupt: interrupt ?? new AbortController().signal,
    note: () => {},
  };
  const patience = new Patience(patient);
  const execution: Execution = {
    ...patient,
    client,
    keep: (call) => patience.keep(call),
    parallel,
    settled,
    onStep: (step) => onStep?.(step),
  };
  try {
    return await execute(set, execution);
  } finally {
    patience.end();
  }
}

/** `op kind key: outcome`, in the order of the change set. */
export function told({ carried }: Executed): string[] {
  return carried.map(({ change: { op, kind, account, key }, outcome, error }) =>
    [`${op} ${kind} ${key === '' ? account : key}: ${outcome}`, ...(error === null ? [] : [error.code])].join(
      ' ',
    ),
  );
}
