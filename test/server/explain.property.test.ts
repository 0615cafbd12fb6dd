import fc from 'fast-check';
import { expect, it } from 'vitest';
import { explanation } from '../../src/contract/access.ts';
import { problem } from '../../src/contract/common.ts';
import { type AccountRole, modules, workspaceRoles } from '../../src/contract/limits.ts';
import { type OperationId, operationIds } from '../../src/contract/operations.ts';
import type { Account } from '../../src/contract/types.ts';
import { aboutAccount } from '../../src/server/domain/access.ts';
import { accessTable } from '../../src/server/domain/access-table.ts';
import type { Database } from '../../src/server/store/database.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import {
  accountToken,
  apiToken,
  join,
  managed,
  master,
  organization,
  type Person,
  person,
} from '../support/estate.ts';
import { type Reply, type Request, startServer, type TestServer } from '../support/server.ts';
import { buildWorld, requests, rollingBack, type Target } from './matrix.world.ts';

/**
 * What is explained is what happens: for every operation of the contract and whoever asks, `allowed` is whether the
 * operation is let through, and its code is the one that the operation answers.
 */

/**
 * Whether it is let through hangs on what it names: an account in its body, oneself or somebody else in its path, of what
 * kind a batch is, a form that is sent; and `estate.read` answers by account what was refused.
 */
const byRequest: readonly OperationId[] = [
  'tokens.create',
  'workspace_members.remove',
  'batches.create',
  'batches.check',
  'forms.sms',
  'estate.read',
];

/** A role on a form opens that form, and not the account that owns it: nothing can be asked about that. */
const byFormRole = (id: OperationId, { name }: Target): boolean =>
  name === 'sub' && accessTable[id].grants.some((grant) => grant.startsWith('form:'));

function send<Id extends OperationId>(
  server: TestServer,
  id: Id,
  token: string,
  target: Target,
): Promise<Reply> {
  // By its name: an id of none would be told of as one that may not be seen.
  const request: Request<Id> = requests[id]({ ...target, parser: 'Invoice', form: 'Visit' });
  return server.call(id, { ...request, token });
}

/** The refusals that are about rights: not what is missing, taken or in the way. */
const refusals = ['unauthenticated', 'forbidden', 'account_suspended', 'feature_locked', 'no_umbrella'];

/** The code that the operation refuses with for want of a right; null when it lets through. */
function refusalOf({ status, body }: Reply): string | null {
  if (status < 400) return null;
  const { code, detail } = problem.parse(body);
  if (code === 'not_found') return /^There is no (?:account|workspace) /.test(detail) ? code : null;
  return refusals.includes(code) ? code : null;
}

/** What is wrong with the answer to a question about something that came to this; null if nothing is. */
function wrongly({ status, body }: Reply, real: string | null): string | null {
  // Whoever may not see it may not ask either.
  if (status >= 400) return real === null ? `asking is refused: ${problem.parse(body).code}` : null;
  const { allowed, code } = explanation.parse(body);
  return allowed === (real === null) && code === real ? null : `${code}, not ${real}`;
}

const asks = (id: OperationId, { name, account, workspace }: Target): Request<'access.explain'> => ({
  body: {
    action: id,
    ...(aboutAccount(id) !== 'never' && name !== 'platform' && { account, workspace }),
  },
});

/** The same server over the same database, whose writes work, answer and are gone. */
const forgetful = ({ deps, database }: TestServer): Promise<TestServer> =>
  startServer({
    database,
    setup: { dev: true },
    deps: { transactions: rollingBack(deps.transactions), clock: deps.clock },
  });

it('an explanation is what happens, for every operation and caller of the access matrix', async () => {
  const world = await buildWorld();
  const server = await forgetful(world.server);
  const different: string[] = [];
  let allowed = 0;
  for (const target of world.targets) {
    const tried = operationIds.filter(
      (id) => (aboutAccount(id) === 'never') === (target.name === 'platform') && !byRequest.includes(id),
    );
    for (const [caller, token] of target.callers) {
      // A metering token reports usage, and asks nothing.
      if (token === null || caller === 'garbage' || caller === 'meter') continue;
      for (const id of tried) {
        if (byFormRole(id, target)) continue;
        const real = refusalOf(await send(server, id, token, target));
        const wrong = wrongly(await server.call('access.explain', { ...asks(id, target), token }), real);
        if (real === null) allowed += 1;
        if (wrong !== null) different.push(`${target.name} ${caller} ${id}: ${wrong}`);
      }
    }
  }
  expect(different).toEqual([]);
  expect(allowed).toBeGreaterThan(100);
}, 300_000);

const places = ['acme', 'acme-dev', 'acme-org'] as const;
type Slug = (typeof places)[number];
const roles: Record<Slug, readonly AccountRole[]> = {
  acme: ['admin', 'user'],
  'acme-dev': ['admin', 'user'],
  'acme-org': ['super_admin', 'billing_admin', 'member'],
};

const life = fc.record({
  at: fc.constantFrom(...places),
  rank: fc.nat(2),
  granted: fc.subarray([...modules]),
  deactivated: fc.boolean(),
  /** Granted the managed account, if of the master. */
  child: fc.boolean(),
  place: fc.option(fc.constantFrom(...workspaceRoles)),
  credential: fc.constantFrom('session', 'api', 'account'),
});

const scene = fc.record({
  people: fc.array(life, { minLength: 3, maxLength: 5 }),
  suspended: fc.subarray([...places]),
  tries: fc.array(
    fc.record({
      who: fc.nat(4),
      id: fc.constantFrom(...operationIds.filter((id) => !byRequest.includes(id))),
      at: fc.constantFrom(...places),
    }),
    { minLength: 15, maxLength: 25 },
  ),
  lists: fc.array(fc.record({ action: fc.constantFrom(...operationIds), at: fc.constantFrom(...places) }), {
    minLength: 1,
    maxLength: 2,
  }),
});

/** A family of accounts and an organization, where people come to be anything. */
class Estate {
  readonly server: TestServer;
  readonly forgetful: TestServer;
  readonly staff: string;
  readonly accounts: ReadonlyMap<Slug, { readonly account: Account; readonly admin: Person }>;
  #people = 0;

  private constructor(
    server: TestServer,
    forgetting: TestServer,
    staff: string,
    accounts: Estate['accounts'],
  ) {
    this.server = server;
    this.forgetful = forgetting;
    this.staff = staff;
    this.accounts = accounts;
  }

  static async build(database: Database): Promise<Estate> {
    const server = await startServer({ database, setup: { dev: true } });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    const kid = await person(server, 'kid@dev.example');
    const sue = await person(server, 'sue@org.example');
    const acme = await master(server, ann, 'acme', staff);
    const dev = await managed(server, ann, 'acme', 'acme-dev');
    await join(server, dev.id, kid, 'admin');
    const org = await organization(server, staff, 'acme-org', sue);
    const accounts = new Map<Slug, { account: Account; admin: Person }>([
      ['acme', { account: acme, admin: ann }],
      ['acme-dev', { account: dev, admin: kid }],
      ['acme-org', { account: org, admin: sue }],
    ]);
    return new Estate(server, await forgetful(server), staff, accounts);
  }

  of(slug: Slug) {
    const found = this.accounts.get(slug);
    if (!found) throw new Error(`no ${slug}`);
    return found;
  }

  /** Somebody new who leads this life, and the credential they act with. */
  async born({ at, rank, granted, deactivated, child, place, credential }: Life): Promise<string> {
    const { server } = this;
    this.#people += 1;
    const who = await person(server, `p${this.#people}@people.example`);
    const { id } = this.of(at).account;
    const role = roles[at][rank % roles[at].length] ?? 'user';
    const memberId = await join(server, id, who, role, role === 'user' ? granted : []);
    const link = this.of('acme-dev').account.parent?.link_id;
    const now = server.clock.now().toISOString();
    await server.deps.transactions.write(async ({ tenant }) => {
      const { members, workspaces } = tenant(id);
      const children = at === 'acme' && role === 'user' && child && link ? [link] : [];
      await members.update(memberId, { state: deactivated ? 'deactivated' : 'active', children }, now);
      const workspace = await workspaces.find({ memberId: null, scope: 'account' }, 'default');
      if (place !== null && at === 'acme-org' && workspace)
        await workspaces.place(workspace.id, memberId, place, now);
    });
    if (credential === 'session' || (credential === 'api' && deactivated)) return who.token;
    const limited = role === 'user' ? granted : [];
    return credential === 'api'
      ? await apiToken(server, id, who, role, limited)
      : await accountToken(server, id, role, limited);
  }

  target(slug: Slug): Target {
    const { account, admin } = this.of(slug);
    const nobody = '0'.repeat(26);
    return {
      name: slug === 'acme-org' ? 'organization' : 'standard',
      account: slug,
      accountId: account.id,
      member: admin.email,
      invite: `inv_${nobody}`,
      batch: `bat_${nobody}`,
      record: `rec_${nobody}`,
      workspace: 'default',
      token: `tok_${nobody}`,
      resource: `res_${nobody}`,
      key: `tok_${nobody}`,
      parser: `prs_${nobody}`,
      form: `frm_${nobody}`,
      delegation: `dlg_${nobody}`,
      link: `lnk_${nobody}`,
      receipt: `rcp_${nobody}`,
      callers: new Map(),
      admin: admin.token,
    };
  }

  async suspend(slugs: readonly Slug[], operation: 'accounts.suspend' | 'accounts.activate') {
    for (const account of slugs)
      await this.server.ok(operation, { token: this.staff, params: { account }, body: {} });
  }

  /** Everybody in the account who is said to be able to, page by page. */
  async whoCan(slug: Slug, action: OperationId, token: string): Promise<string[]> {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.server.ok('access.who_can', {
        token,
        query: { limit: 2, cursor },
        body: { account: slug, action },
      });
      found.push(...page.data.flatMap(({ member }) => member?.user.email ?? []));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    return found.sort();
  }

  /** The same by asking about each. */
  async explainedOfEach(slug: Slug, action: OperationId, token: string): Promise<string[]> {
    const members = await this.server.ok('members.list', { token, params: { account: slug } });
    const found: string[] = [];
    for (const { user } of members.data) {
      const { allowed } = await this.server.ok('access.explain', {
        token,
        body: { account: slug, action, who: user.email },
      });
      if (allowed) found.push(user.email);
    }
    return found.sort();
  }
}

type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

describeOnEachDatabase('whoever people come to be', (open) => {
  it('an explanation is what happens, and who can are those of whom it says so', async () => {
    const estate = await Estate.build(await open());
    const seen = { allowed: 0, refused: 0, people: 0 };
    await fc.assert(
      fc.asyncProperty(scene, async ({ people, suspended, tries, lists }) => {
        const tokens: string[] = [];
        for (const one of people) tokens.push(await estate.born(one));
        await estate.suspend(suspended, 'accounts.suspend');
        for (const { who, id, at } of tries) {
          const token = tokens[who % tokens.length] ?? '';
          const target = estate.target(at);
          const real = refusalOf(await send(estate.forgetful, id, token, target));
          const reply = await estate.server.call('access.explain', { ...asks(id, target), token });
          expect([id, at, wrongly(reply, real)]).toEqual([id, at, null]);
          seen[real === null ? 'allowed' : 'refused'] += 1;
        }
        for (const { action, at } of lists) {
          const { token } = estate.of(at).admin;
          const who = await estate.whoCan(at, action, token);
          expect([action, at, who]).toEqual([action, at, await estate.explainedOfEach(at, action, token)]);
          seen.people += who.length;
        }
        await estate.suspend(suspended, 'accounts.activate');
      }),
      { numRuns: 12 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
  }, 300_000);
});
