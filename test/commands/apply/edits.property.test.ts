import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Module, modules } from '../../../src/contract/limits.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { join, master, organization, person, umbrella } from '../../support/estate.ts';
import { PASSWORD } from '../../support/server.ts';
import { type Desk, desk } from './world.ts';

interface Grants {
  readonly role: 'admin' | 'user';
  readonly modules: readonly Module[];
  readonly deactivated: boolean;
}

interface Edit extends Grants {
  readonly by: (typeof kinds)[number];
  /** Which of the people, sets and workspaces. */
  readonly n: number;
  readonly name: string;
}

const kinds = [
  'file: a member',
  'file: no member',
  'file: a set',
  'file: no set',
  'file: a workspace',
  'file: a place',
  'file: no place',
  'file: the account',
  'file: a form',
  'file: no form',
  'file: a link',
  'file: no link',
  'hand: remove',
  'hand: grants',
  'hand: state',
  'hand: invite',
  'hand: revoke',
  'hand: accept',
  'hand: decline',
  'hand: a set',
  'hand: no set',
  'hand: a workspace',
  'hand: a name',
  'hand: a place',
  'hand: the account',
  'hand: a form',
  'hand: no form',
  'hand: a link',
  'hand: no link',
  'hand: a cap',
  'hand: no thanks',
] as const;

const edit: fc.Arbitrary<Edit> = fc.record({
  by: fc.constantFrom(...kinds),
  n: fc.nat(5),
  name: fc.constantFrom('One', 'Two', 'Three'),
  role: fc.constantFrom('admin' as const, 'user' as const),
  modules: fc.subarray([...modules], { minLength: 1 }),
  deactivated: fc.boolean(),
});

/** What the file says, to be edited and written. */
class Files {
  readonly members = new Map<string, object>();
  readonly sets = new Map<string, object>();
  readonly workspaces = new Map<string, { name: string; members: Map<string, string> }>();
  readonly forms = new Map<string, object>();
  readonly links = new Map<string, object>();
  account: object = { name: 'acme' };

  text(): string {
    const people = { 'ann@acme.example': 'admin', ...Object.fromEntries(this.members) };
    const spaces = [...this.workspaces].map(([slug, { name, members }]) => [
      slug,
      { name, members: Object.fromEntries(members) },
    ]);
    const inside = new Set([...this.workspaces.values()].flatMap(({ members }) => [...members.keys()]));
    return JSON.stringify({
      schema: 'tenantctl/v1',
      accounts: {
        acme: {
          ...this.account,
          members: people,
          permission_sets: Object.fromEntries(this.sets),
          forms: Object.fromEntries(this.forms),
        },
        umbra: { members: { 'ann@acme.example': 'admin' }, sub_accounts: Object.fromEntries(this.links) },
        org: {
          kind: 'organization',
          workspaces: Object.fromEntries(spaces),
          members: {
            'ann@acme.example': 'super_admin',
            ...Object.fromEntries([...inside].map((email) => [email, 'member'])),
          },
        },
      },
    });
  }
}

const email = (n: number) => `p${n}@x.example`;
const grantsOf = ({ role, modules: granted }: Grants) =>
  role === 'admin' ? { role } : { role, modules: [...granted] };

const formOf = (title: string, required: boolean) => ({
  title,
  questions: [{ type: 'boolean' as const, name: 'seen', label: title, required }],
});

function inFile(files: Files, { by, n, name, deactivated, ...grants }: Edit): void {
  const { role } = grants;
  const slug = `space-${n % 3}`;
  const state = deactivated ? 'deactivated' : 'active';
  const granted = grantsOf({ ...grants, deactivated });
  if (by === 'file: a member') files.members.set(email(n), { ...granted, state });
  if (by === 'file: no member') files.members.delete(email(n));
  if (by === 'file: a set') files.sets.set(`set-${n}`, granted);
  if (by === 'file: no set') files.sets.delete(`set-${n}`);
  if (by === 'file: a workspace')
    files.workspaces.set(slug, { name, members: files.workspaces.get(slug)?.members ?? new Map() });
  if (by === 'file: a place')
    files.workspaces.get(slug)?.members.set(email(n), deactivated ? 'viewer' : 'operator');
  if (by === 'file: no place') files.workspaces.get(slug)?.members.delete(email(n));
  if (by === 'file: a form') files.forms.set(`Form ${n}`, formOf(name, deactivated));
  if (by === 'file: no form') files.forms.delete(`Form ${n}`);
  if (by === 'file: a link') {
    const cap = { uploads: n, messages: deactivated ? 'none' : n };
    if (role === 'admin') files.links.set(email(n), { cap });
    else files.links.set(`child-${n}`, { email: email(n), cap });
  }
  if (by === 'file: no link') files.links.delete(deactivated ? email(n) : `child-${n}`);
  if (by === 'file: the account') files.account = { name, labels: { env: name.toLowerCase() } };
}

/** By somebody else, past the files. What is refused because it cannot be done as things stand is no edit. */
async function byHand(at: Desk, { by, n, name, deactivated, ...grants }: Edit, count: number): Promise<void> {
  const { server } = at;
  const token = at.ann.token;
  const params = { account: 'acme', member: email(n), invite: email(n), name: `set-${n}` };
  const inOrg = { account: 'org', workspace: `space-${n % 3}` };
  const granted = grantsOf({ ...grants, deactivated });
  const body = { secret: '' };
  const oneForm = { account: 'acme', form: `Form ${n}` };
  const any = { 'if-match': '*' };
  const inUmbra = { account: 'umbra', link: email(n) };
  const lastSecret = async () => (await server.mails(email(n))).at(-1)?.payload.secret ?? '';
  switch (by) {
    case 'hand: remove':
      return void (await server.call('members.remove', { token, params }));
    case 'hand: grants':
      return void (await server.call('members.update', { token, params, body: granted }));
    case 'hand: state': {
      const verb = deactivated ? 'members.deactivate' : 'members.activate';
      return void (await server.call(verb, { token, params }));
    }
    case 'hand: invite':
      return void (await server.call('invites.send', {
        token,
        params,
        body: { email: email(n), ...granted },
      }));
    case 'hand: revoke':
      return void (await server.call('invites.revoke', { token, params }));
    case 'hand: accept':
      return void (await server.call('invites.accept', {
        body: { ...body, secret: await lastSecret(), password: PASSWORD },
      }));
    case 'hand: decline':
      return void (await server.call('invites.decline', { body: { secret: await lastSecret() } }));
    case 'hand: a set':
      return void (await server.call('permission_sets.save', { token, params, body: granted }));
    case 'hand: no set':
      return void (await server.call('permission_sets.delete', { token, params }));
    case 'hand: a workspace':
      return void (await server.call('workspaces.create', {
        token,
        params: inOrg,
        body: { name, slug: `hand-${count}` },
      }));
    case 'hand: a name':
      return void (await server.call('workspaces.update', { token, params: inOrg, body: { name } }));
    case 'hand: a place':
      return void (await server.call('workspace_members.add', {
        token,
        params: inOrg,
        body: { member: email(n), role: 'developer' },
      }));
    case 'hand: the account':
      return void (await server.call('accounts.update', {
        token,
        params,
        body: { name, labels: { by: 'hand' } },
      }));
    case 'hand: a form': {
      const body_ = formOf(name, !deactivated);
      const made = await server.call('forms.create', {
        token,
        params,
        body: { name: `Form ${n}`, ...body_ },
      });
      if (made.status !== 201)
        await server.call('forms.update', { token, params: oneForm, headers: any, body: body_ });
      return;
    }
    case 'hand: no form':
      return void (await server.call('forms.delete', { token, params: oneForm, headers: any }));
    case 'hand: a link': {
      const invitee = deactivated ? {} : { invitee: `child-${n}` };
      const offer = { email: email(n), ...invitee, caps: { upload: n, message: 1 } };
      return void (await server.call('sub_accounts.invite', { token, params: inUmbra, body: offer }));
    }
    case 'hand: no link':
      return void (await server.call('sub_accounts.unlink', { token, params: inUmbra }));
    case 'hand: a cap': {
      const caps = { caps: { upload: 9 } };
      return void (await server.call('sub_accounts.update', { token, params: inUmbra, body: caps }));
    }
    case 'hand: no thanks':
      return void (await server.call('umbrella_invites.decline', { body: { secret: await lastSecret() } }));
    default:
      return undefined;
  }
}

const EDITS = 20;

describeOnEachDatabase('edits of files and server', (open) => {
  test('each is applied, and leaves no difference', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: EDITS, maxLength: EDITS }), async (edits) => {
        const at = await desk(await open());
        const staff = await at.server.staffToken();
        const acme = await master(at.server, at.ann, 'acme', staff);
        await organization(at.server, staff, 'org', at.ann);
        await umbrella(at.server, at.ann, 'umbra', staff);
        for (const n of [0, 1, 2])
          await join(at.server, acme.id, await person(at.server, email(n)), 'user', ['forms']);
        const files = new Files();
        const prune = '--prune member,invite,permission_set,workspace,workspace_member,form,sub_account';
        const limits = '--max-deletes 1000 --max-share 100% --reinvite --renew-expired --confirm acme --yes';
        for (const [count, one] of edits.entries()) {
          // Time goes on between edits: the same difference found later is another one.
          at.server.clock.advance({ seconds: 1 });
          inFile(files, one);
          await byHand(at, one, count);
          at.file('estate.json', files.text());
          const words = `estate.json ${prune} ${limits} --account acme`;
          const done = await at.apply(words);
          expect([done.code, done.code === 0 ? '' : done.stderr]).toEqual([0, '']);
          at.writes();
          const again = await at.apply(words);
          expect([again.stdout, at.writes()]).toEqual(['The estate is as its files say.\n', []]);
        }
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });
});
