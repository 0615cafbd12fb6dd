import { expect, it } from 'vitest';
import { problem } from '../../src/contract/common.ts';
import { type ResourceKind, resourceKinds, workspaceRoles } from '../../src/contract/limits.ts';
import { type OperationId, operationIds } from '../../src/contract/operations.ts';
import { pathParams } from '../../src/contract/shapes.ts';
import { canSee, canSeePlace, decide } from '../../src/server/domain/access.ts';
import { type Action, accessTable } from '../../src/server/domain/access-table.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type Reply, type Request, startServer, type TestServer } from '../support/server.ts';
import { requests, rollingBack, type Target } from './matrix.world.ts';
import { actorOf, buildScenes, casts, type Scene, standingOf, type Who } from './roles-matrix.world.ts';

/** May: yes, no with the reasons (403), or the thing is not there for them (404). */
type Cell = 'Y' | '-' | '.';

type Place = Pick<Scene, 'target' | 'resources'>;
type Where = 'here' | 'elsewhere';

/** A line of the matrix: an operation, and by what it is tried on the further actions that it takes. */
interface Line {
  readonly name: string;
  readonly id: OperationId;
  readonly actions: readonly Action[];
  readonly send: (server: TestServer, scene: Scene, who: Who, where: Where) => Promise<Reply>;
  /** Tried by members only: on themselves. */
  readonly self?: true;
}

function placeOf(scene: Scene, where: Where): Place {
  const place = where === 'here' ? scene : scene.other;
  if (place === null) throw new Error(`${scene.kind} has no second workspace`);
  return place;
}

function line<Id extends OperationId>(
  id: Id,
  request: (place: Place, who: Who, scene: Scene) => Request<Id>,
  { name = id, also = [] }: { readonly name?: string; readonly also?: readonly Action[] } = {},
): Line {
  return {
    name,
    id,
    actions: [id, ...also],
    send: (server, scene, who, where) => {
      const made = request(placeOf(scene, where), who, scene);
      // A deletion names the workspace twice.
      const second = where === 'elsewhere' && made.query?.['confirm'] === 'default';
      const token = scene.tokens.get(who) ?? '';
      return server.call(id, { ...made, token, ...(second && { query: { confirm: 'second' } }) });
    },
  };
}

const writing = {
  connector: 'resources.write_connector',
  workflow: 'resources.write_workflow',
  job: 'resources.write_job',
} as const satisfies Record<ResourceKind, Action>;

const ofKind = (id: 'resources.update' | 'resources.delete', kind: ResourceKind): Line =>
  line(id, ({ target, resources }) => requests[id]({ ...target, resource: resources[kind] }), {
    name: `${id} ${kind}`,
    also: [writing[kind]],
  });

const memberOf = ({ target: { account, workspace } }: Place, member: string) => ({
  params: { account, workspace, member },
});

/** Where a workspace is named in the query, or in the body; by its id a parser says itself where it lies. */
const inside = ({ workspace }: Target) => ({ query: { workspace } });
const named = <Id extends 'parsers.create' | 'parsers.copy' | 'forms.create' | 'forms.save_copy'>(
  { body, ...request }: Request<Id>,
  { workspace }: Target,
): Request<Id> => ({ ...request, ...(body && { body: { ...body, workspace } }) });

/** What depends on the thing is a line for each kind of thing. */
const special: Partial<Record<OperationId, readonly Line[]>> = {
  'resources.create': (['connector', 'workflow'] as const).map((kind) =>
    line(
      'resources.create',
      ({ target }) => ({ ...requests['resources.create'](target), body: { kind, name: 'another' } }),
      { name: `resources.create ${kind}`, also: [writing[kind]] },
    ),
  ),
  'resources.update': resourceKinds.map((kind) => ofKind('resources.update', kind)),
  'resources.delete': resourceKinds.map((kind) => ofKind('resources.delete', kind)),
  'resources.run': [
    line(
      'resources.run',
      ({ target, resources }) => requests['resources.run']({ ...target, resource: resources.workflow }),
      { also: [writing.job] },
    ),
  ],
  'forms.list': [
    line('forms.list', ({ target }) => ({ ...requests['forms.list'](target), ...inside(target) })),
  ],
  'forms.create': [line('forms.create', ({ target }) => named(requests['forms.create'](target), target))],
  'forms.save_copy': [
    line('forms.save_copy', ({ target }) => named(requests['forms.save_copy'](target), target)),
  ],
  // The right to the form besides.
  'forms.sms': [line('forms.sms', ({ target }) => requests['forms.sms'](target), { also: ['forms.show'] })],
  // Of invitations, which are tried: of contacts the module is enough.
  ...Object.fromEntries(
    (['batches.create', 'batches.check'] as const).map((id) => [
      id,
      [line(id, ({ target }) => requests[id](target), { also: ['invites.send'] })],
    ]),
  ),
  'parsers.list': [
    line('parsers.list', ({ target }) => ({ ...requests['parsers.list'](target), ...inside(target) })),
  ],
  'parsers.diff': [
    line('parsers.diff', ({ target }) => ({
      ...requests['parsers.diff'](target),
      query: { to: target.account, workspace: target.workspace },
    })),
  ],
  'parsers.create': [
    line('parsers.create', ({ target }) => named(requests['parsers.create'](target), target)),
  ],
  'parsers.copy': [line('parsers.copy', ({ target }) => named(requests['parsers.copy'](target), target))],
  'workspace_members.remove': [
    line(
      'workspace_members.remove',
      // In a personal account there is nobody but the owner: somebody else is anybody.
      (place, _who, { kind }) =>
        memberOf(place, kind === 'personal' ? 'nobody@cast.example' : place.target.member),
      { name: 'workspace_members.remove somebody', also: ['workspace_members.remove_other'] },
    ),
    {
      ...line(
        'workspace_members.remove',
        (place, who, { addresses }) => memberOf(place, addresses.get(who) ?? ''),
        { name: 'workspace_members.remove oneself' },
      ),
      self: true,
    },
  ],
};

const lines: readonly Line[] = operationIds
  .filter((id) => pathParams(id).includes('account'))
  .flatMap((id) => special[id] ?? [line(id, ({ target }) => requests[id](target))]);

/** Does the operation work in one workspace? Then that decides as well, and one that is not seen is not there. */
function worksInPlace(id: OperationId): boolean {
  const grants: readonly string[] = accessTable[id].grants;
  return pathParams(id).includes('workspace') || workspaceRoles.some((role) => grants.includes(role));
}

/** From the table, by the one function that decides, over what is written by hand. */
function expected(kind: Scene['kind'], { id, actions }: Line, who: Who, where: Where): Cell {
  const actor = actorOf(who);
  const inPlace = worksInPlace(id);
  const standing = standingOf(kind, who, inPlace ? where : null);
  if (inPlace && !canSeePlace(actor, standing)) return '.';
  if (actions.every((action) => decide(actor, action, standing).allowed)) return 'Y';
  return canSee(actor, standing) ? '-' : '.';
}

/** What the API did: anything but a refusal by right means that the rule had its turn. */
function observed({ status, body }: Reply): string {
  if (status < 400) return 'Y';
  const { code, detail } = problem.parse(body);
  if (status === 401) return `401 ${code}`;
  // A plan without umbrella: who may invite got as far as that.
  if (status === 403 && code !== 'no_umbrella') return code === 'forbidden' ? '-' : `403 ${code}`;
  return status === 404 && /^There is no (account|workspace|parser|form) /.test(detail) ? '.' : 'Y';
}

const tried = ({ self }: Line, who: Who): boolean => self !== true || who.member !== undefined;
const placesOf = (kind: Scene['kind'], { id }: Line): readonly Where[] =>
  kind === 'organization' && worksInPlace(id) ? ['here', 'elsewhere'] : ['here'];
const labelOf = ({ name }: Line, where: Where): string =>
  where === 'here' ? name : '  in another workspace';

const letter = (at: number): string => 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh'.charAt(at);

/** The whole table as people read it, from the code's tables alone. */
function drawn(): string {
  const sections = (Object.keys(casts) as Scene['kind'][]).map((kind) => {
    const people = casts[kind];
    const legend = people.map(({ name }, at) => `  ${letter(at)} ${name}`);
    const rows = lines.flatMap((one) =>
      placesOf(kind, one).map((where) => {
        const cells = people.map((who) => (tried(one, who) ? expected(kind, one, who, where) : ' '));
        return `${labelOf(one, where).padEnd(36)} ${cells.join(' ')}`.trimEnd();
      }),
    );
    const heading = `${''.padEnd(36)} ${people.map((_, at) => letter(at)).join(' ')}`;
    return [`== ${kind}`, '', ...legend, '', heading, ...rows, ''].join('\n');
  });
  return [
    'Who may do what: Y may, - may not (403), . it is not there for them (404). Generated from accessTable.',
    '',
    ...sections,
  ].join('\n');
}

it('the role x operation matrix is as it was agreed', async () => {
  await expect(drawn()).toMatchFileSnapshot('../golden/roles-matrix.txt');
});

async function differences(server: TestServer, scene: Scene): Promise<string[]> {
  const wrong: string[] = [];
  for (const one of lines) {
    for (const where of placesOf(scene.kind, one)) {
      for (const who of scene.people.filter((each) => tried(one, each))) {
        const cell = observed(await one.send(server, scene, who, where));
        const wanted = expected(scene.kind, one, who, where);
        if (cell !== wanted)
          wrong.push(`${scene.kind}: ${one.name} ${where} by ${who.name}: ${cell}, not ${wanted}`);
      }
    }
  }
  return wrong;
}

describeOnEachDatabase('the role x operation matrix', (open) => {
  it('is what the API does, cell by cell', { timeout: 300_000 }, async () => {
    const made = await startServer({ database: await open(), setup: { dev: true } });
    const scenes = await buildScenes(made);
    const server = await startServer({
      database: made.database,
      setup: { dev: true },
      deps: { transactions: rollingBack(made.deps.transactions), clock: made.clock },
    });
    const wrong: string[] = [];
    for (const scene of scenes) wrong.push(...(await differences(server, scene)));
    expect(wrong).toEqual([]);
  });
});
