import { describe, expect, it } from 'vitest';
import type { CommandRow } from '../../../src/commands/commands/commands.ts';
import { type AccountKind, modules, workspaceRoles } from '../../../src/contract/limits.ts';
import { mintToken } from '../../../src/contract/token.ts';
import type { Standing } from '../../../src/server/domain/access.ts';
import { personActor } from '../../../src/server/domain/actor.ts';
import { type Question, withFixes } from '../../../src/server/domain/fixes.ts';
import { anyServer } from '../../support/any-server.ts';
import { newConfigDir, runCli } from '../../support/cli.ts';
import { held } from '../../support/held.ts';

const person = personActor({ userId: 'usr_b', email: "o'brien+x@example.com" }, new Date(0));
const facts = (kind: AccountKind) =>
  ({ id: 'acc_a', slug: 'acme', name: 'Acme', kind, state: 'suspended', plan: 'basic' }) as const;

function standings(kind: AccountKind): Standing[] {
  const empty: Standing = {
    account: held(facts(kind)),
    membership: null,
    workspaceMember: false,
    place: { workspaceId: 'wsp_a', slug: 'production', role: null },
    parent: null,
  };
  const above: Standing['parent'] = {
    linkId: 'lnk_a',
    kind: 'managed',
    account: { ...facts('standard'), id: 'acc_m', slug: 'master', state: 'active' },
    membership: { memberId: 'mbr_m', role: 'user', state: 'active', modules: [] },
    granted: false,
  };
  const member = (role: 'user' | 'member', state: 'active' | 'deactivated' = 'active') => ({
    memberId: 'mbr_a',
    role,
    state,
    modules: [],
  });
  return [
    empty,
    { ...empty, parent: above },
    { ...empty, membership: member(kind === 'standard' ? 'user' : 'member') },
    { ...empty, membership: member(kind === 'standard' ? 'user' : 'member', 'deactivated') },
    {
      ...empty,
      membership: member('member'),
      place: { workspaceId: 'wsp_a', slug: 'production', role: 'viewer' },
    },
  ];
}

const ways = ['admin', 'billing_admin', 'member', 'anyone_in', 'workspace', 'granted', 'session', 'staff'];
const obstacles = [
  'membership',
  'account_state',
  'person',
  'read_only',
  'workspace',
  'feature',
  'plan',
  'seats',
  'staff',
];

/** Every command that a fix can name, whoever it is about and whatever is lacking. */
function commands(): string[] {
  const questions = (['standard', 'organization', 'personal'] as const)
    .flatMap(standings)
    .flatMap((standing) =>
      (['user', 'account_token'] as const).map((kind): Question => {
        const who = { kind, id: 'usr_b', name: person.email, member_id: null };
        return {
          asker: person,
          asking: standing,
          subject: { actor: person, standing, who, self: false, dead: null },
          action: 'accounts.delete',
          children: ['acme-dev'],
        };
      }),
    );
  const links = [
    ...[...ways, ...modules, ...workspaceRoles].map((check) => ({ check, need: 'one_of' as const })),
    ...obstacles.map((check) => ({ check, need: 'must' as const })),
  ];
  const found = questions.flatMap((question) =>
    links.flatMap(({ check, need }) =>
      withFixes(question, [{ check, need, ok: false, text: '' }], false).map(
        ({ fix }) => fix?.command ?? null,
      ),
    ),
  );
  return [...new Set(found)].filter((command) => command !== null);
}

/** As a shell takes it apart. */
const wordsOf = (command: string): string[] =>
  [...command.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)].map(([word]) =>
    word.replaceAll(
      /'([^']*)'|\\(.)/g,
      (_, quoted: string | undefined, escaped: string) => quoted ?? escaped,
    ),
  );

const rows = (await runCli('commands --json')).json() as CommandRow[];
const isThere = (words: readonly string[]) =>
  rows.some(({ path }) => `${words.join(' ')} `.startsWith(`${path} `));

describe('the commands that an explanation names', () => {
  const all = commands().map((command) => wordsOf(command).slice(1));

  it('are of many kinds, and all there', () => {
    expect(all.length).toBeGreaterThan(20);
    expect(all.filter((words) => !isThere(words)).map((words) => words.join(' '))).toEqual([]);
  });

  it.each(all)('%s %s %s %s', async (...words) => {
    const { stderr } = await runCli([...words, '--no-input', '--yes', '--dry-run'], {
      send: anyServer().send,
      env: { TENANTCTL_TOKEN: mintToken('api') },
      cwd: newConfigDir(),
    });
    expect(stderr).not.toMatch(/Code: (?:bad_command_line|invalid_choice|invalid_value)\b/);
  });

  it('keep whole what a shell would take apart', () => {
    const addressed = all.filter(([noun, verb]) => noun === 'members' && verb === 'update');
    expect(new Set(addressed.map((words) => words[2]))).toEqual(new Set([person.email]));
  });
});
