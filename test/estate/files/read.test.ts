import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Folder } from './files.ts';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
});
afterEach(() => folder.remove());

const parser = `schema: tenantctl/parser/v1
name: Invoice
document_type: invoice
fields: [{ name: total, type: amount, rules: [{ kind: label, label: Total }] }]
secrets: [{ name: erp_key }]
`;

/** The mistakes of one file, the places without its name. */
async function wrong(text: string): Promise<string[]> {
  const told = await folder.estate('a.yaml', text).mistakes(['a.yaml']);
  return told.map((one) => one.replace(/^a\.yaml:/, ''));
}

describe('what files say', () => {
  it('becomes lists by natural key, in their order, permission sets worked out', async () => {
    folder.write('parsers/invoice.yaml', parser).estate(
      'a.yaml',
      `accounts:
  zeta:
    kind: organization
    workspaces:
      ops: { name: Operations, members: { Bob@Acme.Example: developer } }
    permission_sets:
      readers: { role: member, workspaces: { ops: viewer, default: operator } }
    members:
      bob@acme.example: { permission_set: readers }
      Ann@ACME.example: super_admin
      cas@acme.example: { state: deactivated }
  acme:
    master: zeta
    members:
      dee@acme.example: { role: user, modules: [reports, parsers, reports], first_name: Dee }
    parsers:
      Invoice: { file: parsers/invoice.yaml, secret_values: { erp_key: '\${ERP_KEY}' } }
      Copy: { copy_from: acme/Invoice }
      Far: { copy_from: else/ops/Invoice }
    sub_accounts: {}
  umbra:
    sub_accounts:
      partner: { email: Boss@Partner.example, cap: { uploads: 100, messages: none } }
      new@partner.example: {}
`,
    );
    const { estate, mistakes, files, secretVariables } = await folder.read(['a.yaml']);
    expect(mistakes).toEqual([]);
    expect([files, secretVariables]).toEqual([['a.yaml'], ['ERP_KEY']]);
    const content = {
      document_type: 'invoice',
      description: null,
      definition: {
        preprocessing: [],
        fields: [
          {
            name: 'total',
            type: 'amount',
            required: false,
            rules: [{ kind: 'label', label: 'Total', position: 'right' }],
          },
        ],
        tables: [],
        secrets: [{ name: 'erp_key' }],
      },
    };
    const copied = { account: 'acme', workspace: 'default', name: 'Invoice' };
    expect(estate).toEqual({
      accounts: [
        { account: 'acme', master: 'zeta' },
        { account: 'umbra' },
        { account: 'zeta', kind: 'organization' },
      ],
      workspaces: [{ account: 'zeta', workspace: 'ops', name: 'Operations' }],
      permission_sets: [
        {
          account: 'zeta',
          name: 'readers',
          role: 'member',
          workspaces: [
            { workspace: 'default', role: 'operator' },
            { workspace: 'ops', role: 'viewer' },
          ],
        },
      ],
      members: [
        {
          account: 'acme',
          email: 'dee@acme.example',
          role: 'user',
          modules: ['parsers', 'reports'],
          first_name: 'Dee',
        },
        { account: 'zeta', email: 'ann@acme.example', written: 'Ann@ACME.example', role: 'super_admin' },
        { account: 'zeta', email: 'bob@acme.example', written: 'Bob@Acme.Example', role: 'member' },
        { account: 'zeta', email: 'cas@acme.example', state: 'deactivated' },
      ],
      workspace_members: [
        { account: 'zeta', workspace: 'default', email: 'bob@acme.example', role: 'operator' },
        { account: 'zeta', workspace: 'ops', email: 'bob@acme.example', role: 'developer' },
      ],
      parsers: [
        { account: 'acme', workspace: 'default', name: 'Copy', content, copy_from: copied },
        {
          account: 'acme',
          workspace: 'default',
          name: 'Far',
          copy_from: { account: 'else', workspace: 'ops', name: 'Invoice' },
        },
        { ...copied, content, secrets: [{ name: 'erp_key', variable: 'ERP_KEY' }] },
      ],
      forms: [],
      sub_accounts: [
        { account: 'umbra', email: 'new@partner.example' },
        {
          account: 'umbra',
          child: 'partner',
          email: 'boss@partner.example',
          cap: { uploads: 100, messages: null },
        },
      ],
    });
  });

  it('is the same in JSON, and as several documents of one file', async () => {
    folder.write('a.json', '{"schema": "tenantctl/v1", "accounts": {"acme": {"name": "Acme"}}}');
    folder.write(
      'b.yaml',
      'schema: tenantctl/v1\naccounts: { acme: {} }\n---\nschema: tenantctl/v1\naccounts:\n  acme: { name: Acme }\n---\n',
    );
    const [a, b] = [await folder.read(['a.json']), await folder.read(['b.yaml'])];
    expect([a.mistakes, b.mistakes, a.estate]).toEqual([[], [], b.estate]);
    expect(a.estate.accounts).toEqual([{ account: 'acme', name: 'Acme' }]);
  });
});

describe('files over files', () => {
  it('merge maps, replace lists and values, and take out with null', async () => {
    folder
      .estate(
        'base.yaml',
        `defaults: { accounts: { plan: basic, labels: { team: core, env: none } } }
accounts:
  acme:
    name: Acme
    members: { ann@acme.example: admin, bob@acme.example: { role: user, modules: [parsers, forms] } }
  gone: { name: Gone }
`,
      )
      .estate(
        'prod.yaml',
        `accounts:
  acme:
    labels: { env: prod }
    plan: null
    members: { ANN@acme.example: null, bob@acme.example: { modules: [reports] } }
  gone: null
`,
      );
    const { estate, mistakes } = await folder.read(['base.yaml', 'prod.yaml']);
    expect(mistakes).toEqual([]);
    expect(estate.accounts).toEqual([
      { account: 'acme', name: 'Acme', labels: { team: 'core', env: 'prod' } },
    ]);
    expect(estate.members).toEqual([
      { account: 'acme', email: 'bob@acme.example', role: 'user', modules: ['reports'], written: undefined },
    ]);
  });

  it('of a folder stand beside each other: what two say differently is a mistake, whichever comes first', async () => {
    folder
      .estate('all/a.yaml', 'accounts:\n  acme: { name: Acme, plan: basic, labels: { a: b } }\n')
      .estate('all/b.yml', 'accounts:\n  acme:\n    plan: business\n    labels: { c: d }\n')
      .write('all/notes.txt', 'not read')
      .estate('all/sub/c.yaml', 'accounts: not read either\n')
      .estate('over.yaml', 'accounts: { acme: { plan: business } }\n');
    expect(await folder.mistakes(['all'])).toEqual([
      'all/b.yml:4:11: accounts.acme.plan: is something else at all/a.yaml:3:29; it is said twice and must be said once',
    ]);
    folder.estate('all/b.yml', 'accounts:\n  acme:\n    plan: basic\n    labels: { c: d }\n');
    const { estate, mistakes, files } = await folder.read(['all', 'over.yaml']);
    expect([mistakes, files]).toEqual([[], ['all/a.yaml', 'all/b.yml', 'over.yaml']]);
    expect(estate.accounts).toEqual([
      { account: 'acme', name: 'Acme', plan: 'business', labels: { a: 'b', c: 'd' } },
    ]);
  });

  it('tell what was left empty by mistake from what takes out', async () => {
    expect(await wrong('accounts:\n  acme:\n  beta:\n    plan:\n    members:\n')).toEqual([
      '3:3: accounts.acme: is empty, which takes out what an earlier file says, and none does; write {} where there is nothing more to say',
      '5:5: accounts.beta.plan: is empty, which takes out what an earlier file says, and none does',
    ]);
  });
});

describe('variables', () => {
  const names = async (text: string, input: Parameters<Folder['read']>[1] = {}) => {
    const { estate, mistakes } = await folder.estate('v.yaml', text).read(['v.yaml'], input);
    expect(mistakes).toEqual([]);
    return estate.accounts.map(({ account, name }) => [account, name]);
  };

  it('come from --var, else the environment, else vars; in values and keys; once', async () => {
    const text =
      'vars: { a: one, b: 2, c: three }\naccounts: { "x-${a}": { name: "${a} ${b} ${c} $${a} $ $$" } }\n';
    expect(await names(text)).toEqual([['x-one', 'one 2 three ${a} $ $$']]);
    const environment = { a: '${b}', b: 'env' };
    expect(
      await names(text.replace('x-${a}', 'x-y'), { environment, given: new Map([['b', 'given']]) }),
    ).toEqual([['x-y', '${b} given three ${a} $ $$']]);
  });

  it('of an earlier file are those of a later one, before names are compared', async () => {
    folder
      .estate(
        'base.yaml',
        'vars: { d: base.example }\naccounts: { acme: { members: { "ann@${d}": admin } } }\n',
      )
      .estate(
        'prod.yaml',
        'vars: { d: acme.example }\naccounts: { acme: { members: { ann@acme.example: null } } }\n',
      );
    const { estate, mistakes } = await folder.read(['base.yaml', 'prod.yaml']);
    expect([mistakes, estate.members]).toEqual([[], []]);
  });

  it('without a value, empty, or written another way, are mistakes', async () => {
    const text = `vars: { domain: acme.example, must: null, bad: '\${x}', 1a: x, list: [] }
accounts:
  acme:
    name: '\${domian} \${must} \${A-B} \${HOME:-x} \${open'
    labels: { a: '\${TENANTCTL_TOKEN}', b: '\${EMPTY}' }
`;
    folder.estate('a.yaml', text);
    const environment = { TENANTCTL_TOKEN: 'secret', EMPTY: '' };
    const told = await folder.mistakes(['a.yaml'], { environment });
    const literal = 'write $${ for a ${ that is meant as it is';
    const noName = (name: string) =>
      `a.yaml:5:11: \${${name}} names no variable: letters, digits and _, and its value for want of another stands in vars; ${literal}`;
    expect(told.slice().sort()).toEqual(
      [
        "a.yaml:2:48: vars.bad: a variable cannot stand in another one's value",
        'a.yaml:2:56: vars.1a: must be a letter or _, then letters, digits and _',
        'a.yaml:2:69: vars.list: must be text, a number, true or false',
        'a.yaml:5:11: ${domian} has no value: did you mean domain?',
        'a.yaml:5:11: ${must} has no value: give it with --var must=VALUE, the environment or vars',
        noName('A-B'),
        noName('"HOME:-x"'),
        `a.yaml:5:11: a \${ has no } after it; ${literal}`,
        'a.yaml:6:18: ${TENANTCTL_TOKEN} is a setting of the tool and stays out of files',
        'a.yaml:6:43: ${EMPTY} is empty',
      ].sort(),
    );
    expect(JSON.stringify(told)).not.toContain('secret"');
  });

  it('that no file asks for are refused, as they would change nothing', async () => {
    folder.estate('a.yaml', 'accounts: {}\n');
    await expect(folder.read(['a.yaml'], { given: new Map([['DOMAN', 'x']]) })).rejects.toMatchObject({
      exitCode: 2,
      message: '--var DOMAN: no file has a variable of that name',
    });
  });
});

describe('mistakes', () => {
  it('are told all at once, in the order of files and lines', async () => {
    folder
      .estate('b.yaml', 'accounts:\n  acme: { nmae: A, plan: 7, members: { ann: admin } }\n')
      .estate('a.yaml', 'acounts: {}\naccounts: { acme: { kind: personal } }\n');
    expect(await folder.mistakes(['b.yaml', 'a.yaml'])).toEqual([
      'b.yaml:3:11: accounts.acme.nmae: there is no such field; did you mean name?',
      'b.yaml:3:26: accounts.acme.plan: must be text, and this is a number',
      'b.yaml:3:40: accounts.acme.members.ann: is no address: it has no @',
      'a.yaml:2:1: acounts: there is no such field; did you mean accounts?',
      'a.yaml:3:27: accounts.acme.kind: must be one of standard, organization',
    ]);
  });

  it.each([
    ['', '1:1: schema: is missing; an estate begins with the line  schema: tenantctl/v1'],
    [
      'schema: tenantctl/v2\n',
      '1:9: schema: must be tenantctl/v1, which is what this version reads; tenantctl/v2 is something else',
    ],
    [parser, '1:9: this is a parser: an account names it with `file:`, from a folder of its own'],
    [
      'schema: tenantctl/form/v1\n',
      '1:9: this is a form: an account names it with `file:`, from a folder of its own',
    ],
    ['- a\n', '1:1: this is no map of fields; an estate begins with the line  schema: tenantctl/v1'],
  ])('of a file that is none %#', async (text, told) => {
    const name = text === '' ? 'empty.yaml' : 'x.yaml';
    folder.write(name, text === '' ? 'accounts: {}\n' : text);
    expect(await folder.mistakes([name])).toEqual([`${name}:${told}`]);
  });

  it.each([
    [
      'accounts: { A_b: {} }',
      ['2:13: accounts.A_b: must be 3 to 63 of a-z, 0-9 and hyphens, not at the ends'],
    ],
    [
      'accounts: { acme: { members: { a@x.example: admn } } }',
      [
        '2:45: accounts.acme.members.a@x.example.role: must be one of admin, user, super_admin, billing_admin, member',
      ],
    ],
    [
      'accounts: { acme: { members: { a@x.example: super_admin } } }',
      [
        '2:45: accounts.acme.members.a@x.example.role: super_admin is no role of a standard account: it has admin, user; an organization says so with  kind: organization',
      ],
    ],
    [
      'accounts: { acme: { members: { a@x.example: user } } }',
      [
        '2:32: accounts.acme.members.a@x.example: is a user without modules: name them, or write  modules: []  where none are meant',
      ],
    ],
    [
      'accounts: { acme: { members: { a@x.example: { role: admin, modules: [forms] } } } }',
      ['2:69: accounts.acme.members.a@x.example.modules: modules go with the role user, and this is admin'],
    ],
    [
      'accounts: { acme: { members: { a@x.example: { role: user, modules: [payment] } } } }',
      [
        '2:69: accounts.acme.members.a@x.example.modules[0]: must be one of parsers, forms, contacts, messages, reports, settings',
      ],
    ],
    [
      'accounts: { acme: { members: { a@x.example: {} } } }',
      ['2:32: accounts.acme.members.a@x.example: says no role: admin, user, or a permission_set'],
    ],
    [
      'accounts: { acme: { members: { a@x.example: { permission_set: none } } } }',
      [
        '2:63: accounts.acme.members.a@x.example.permission_set: this account has no permission set none in these files',
      ],
    ],
    [
      'accounts: { acme: { members: { a@x.example: admin, A@X.EXAMPLE: admin } } }',
      ['2:52: accounts.acme.members: A@X.EXAMPLE is the same address as a.yaml:2:32'],
    ],
    [
      'accounts: { acme: { members: { a@x.example: { role: user, modules: [], children: [beta, else] } } }, beta: {} }',
      [
        '2:83: accounts.acme.members.a@x.example.children[0]: beta is neither a managed account nor a sub-account of acme in these files',
      ],
    ],
    [
      'accounts: { acme: { members: { a@x.example: { role: user, modules: [], children: [beta, els] } } }, beta: { master: acme } }',
      [
        '2:89: accounts.acme.members.a@x.example.children[1]: els is neither a managed account nor a sub-account of acme in these files',
      ],
    ],
    [
      'accounts: { acme: { workspaces: { ops: {} } } }',
      [
        '2:35: accounts.acme.workspaces.ops: only an organization has more than default; it says so with  kind: organization',
      ],
    ],
    [
      'accounts: { acme: { kind: organization, members: { a@x.example: member }, workspaces: { ops: { members: { b@x.example: viewer } } } } }',
      [
        '2:107: accounts.acme.workspaces.ops.members.b@x.example: is no member of acme in these files; did you mean a@x.example?',
      ],
    ],
    [
      'accounts: { acme: { kind: organization, workspaces: { ops: { members: { b@x.example: viewer } } } } }',
      [],
    ],
    ['accounts: { acme: { master: acme } }', ['2:29: accounts.acme.master: is the account itself']],
    [
      'accounts: { acme: { master: beta }, beta: { master: gamma } }',
      ['2:29: accounts.acme.master: beta is a managed account itself, and those have none of their own'],
    ],
    [
      'accounts: { acme: { promotion_path: [beta, beta, gamma] }, beta: { master: acme }, gamma: { master: other } }',
      [
        '2:44: accounts.acme.promotion_path[1]: beta is in it twice',
        '2:50: accounts.acme.promotion_path[2]: gamma is not managed by acme, but by other',
      ],
    ],
    [
      'accounts: { acme: { sub_accounts: { beta: {} } }, beta: { master: acme } }',
      ['2:37: accounts.acme.sub_accounts.beta: is managed by acme, and an account is below one other only'],
    ],
    [
      'accounts: { acme: { sub_accounts: { xyz: { email: nobody } } }, umbra: { sub_accounts: { xyz: {} } } }',
      [
        '2:51: accounts.acme.sub_accounts.xyz.email: is no address: it has no @',
        '2:90: accounts.umbra.sub_accounts.xyz: is a sub-account of acme already',
      ],
    ],
    [
      'accounts: { acme: { parsers: { A: {} } } }',
      [
        '2:32: accounts.acme.parsers.A: says nothing of what it does: write file, copy_from, or its document_type and fields',
      ],
    ],
    [
      'accounts: { acme: { parsers: { A: { file: a.yaml, copy_from: x-y/B } } } }',
      ['2:32: accounts.acme.parsers.A: is said in two ways: file, copy_from, or defined here'],
    ],
    [
      'accounts: { acme: { parsers: { A: { document_type: a, fields: [{ name: x, type: text }] } } } }',
      ['2:64: accounts.acme.parsers.A.fields[0].rules: is missing'],
    ],
    [
      'accounts: { acme: { parsers: { A: { document_type: a } } } }',
      ['2:35: accounts.acme.parsers.A.fields: must not be empty where tables are too'],
    ],
    [
      'accounts: { acme: { parsers: { A: { copy_from: beta/B } } }, beta: { parsers: { B: { copy_from: acme/A } } } }',
      [
        '2:48: accounts.acme.parsers.A.copy_from: goes round in a circle: acme/default/A, beta/default/B',
        '2:97: accounts.beta.parsers.B.copy_from: goes round in a circle: acme/default/A, beta/default/B',
      ],
    ],
    [
      'accounts: { acme: { parsers: { A: { copy_from: beta/C } } }, beta: { parsers: { B: { copy_from: else/A } } } }',
      ['2:48: accounts.acme.parsers.A.copy_from: beta has no parser C in default in these files'],
    ],
    [
      'accounts: { acme: { parsers: { A: { copy_from: beta/B } } }, beta: { copy_out: family, parsers: { B: { copy_from: else/A } } } }',
      [
        '2:48: accounts.acme.parsers.A.copy_from: beta lets only its family copy (copy_out: family), and acme is not of it',
      ],
    ],
    [
      "accounts: { acme: { parsers: { A: { copy_from: else/B, secret_values: { k: 'abc' } } } } }",
      [
        '2:76: accounts.acme.parsers.A.secret_values.k: must be one variable, such as ${ERP_KEY}: a file is no place for secrets',
      ],
    ],
    [
      'accounts: { acme: { forms: { A: {}, B: { file: b.yaml, title: B } } } }',
      [
        '2:30: accounts.acme.forms.A: says nothing of what it asks: write file, or its title and questions',
        '2:37: accounts.acme.forms.B: is said in two ways: file, or defined here',
      ],
    ],
    [
      'accounts: { acme: { forms: { A: { title: A, questions: [{ type: text, name: a, label: A, show_if: { question: b, answered: true } }] }, B: { titel: B } } } }',
      [
        '2:111: accounts.acme.forms.A.questions[0].show_if.question: names no earlier question: b',
        '2:142: accounts.acme.forms.B.titel: there is no such field; did you mean title?',
      ],
    ],
    [
      "accounts: { acme: { forms: { 'a/b': { title: A } } } }",
      [
        '2:30: accounts.acme.forms.a/b: must be 1 to 100 letters, digits, spaces, dots, hyphens and underscores, begin and end with a letter or digit, not look like an id, and not be save-copy',
      ],
    ],
    [
      'accounts: { acme: { kind: organization, forms: { A: { title: A, questions: [{ type: boolean, name: a, label: A }] } }, workspaces: { default: { forms: { A: { file: a.yaml } } } } } }',
      ['2:154: accounts.acme.workspaces.default.forms.A: is there already, under the account itself'],
    ],
    [
      'defaults: { accounts: { pln: basic } }\naccounts: { acme: {}, beta: {} }',
      ['2:25: defaults.accounts.pln: there is no such field; did you mean plan?'],
    ],
  ])('of what hangs together %#', async (text, told) => {
    expect(await wrong(`${text}\n`)).toEqual(told);
  });

  it('in the file of a form are told where they stand in it, once, whoever names it', async () => {
    folder
      .write(
        'forms/visit.yaml',
        'schema: tenantctl/form/v1\nname: Visit\ntitle: V\nquestions:\n  - { type: date, name: Day }\n',
      )
      .write('forms/none.yaml', '# nothing\n')
      .estate(
        'estate.yaml',
        'accounts:\n  acme: { forms: { Visit: { file: forms/visit.yaml }, Other: { file: forms/visit.yaml } } }\n  beta: { forms: { A: { file: ../a.yaml }, B: { file: forms/none.yaml } } }\n',
      );
    expect(await folder.mistakes(['estate.yaml'])).toEqual([
      'estate.yaml:4:31: accounts.beta.forms.A.file: ../a.yaml is outside the folders of the files that were given',
      'forms/none.yaml:1:1: there is no form in it',
      'forms/visit.yaml:5:5: questions[0].label: is missing',
      'forms/visit.yaml:5:25: questions[0].name: must begin with a-z, then a-z, 0-9 and _, 63 characters at most, and not be constructor or prototype',
    ]);
  });

  it('in what is under every account are told once, however many there are', async () => {
    const text =
      'defaults: { accounts: { members: { a@x.example: user } } }\naccounts: { acme: {}, beta: {}, gamma: {} }\n';
    const told = await wrong(text);
    expect(told).toEqual([
      '2:36: accounts.acme.members.a@x.example: is a user without modules: name them, or write  modules: []  where none are meant',
    ]);
  });
});
