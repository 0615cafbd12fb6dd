import { z } from 'zod';
import * as c from './common.ts';
import { formDescription, formEntries, formName, formTitle } from './form-questions.ts';
import {
  definitionParts,
  documentType,
  parserDescription,
  parserKey,
  parserName,
} from './parser-definition.ts';

/**
 * The estate as files, version 1 of the form (docs/estate.md). Published as JSON Schema (schemas/estate.json), so that
 * editors complete it. Everything is optional, for a file may be a part that others are laid over; what must be there
 * when all are merged, and what hangs together, src/estate checks.
 */

/** What a file says of its own form: its field `schema`. */
const ESTATE_FILE = 'tenantctl/v1';

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const variableName = z
  .string()
  .regex(VARIABLE_NAME, 'must be a letter or _, then letters, digits and _, 100 characters at most');

const says = <T extends z.ZodType>(schema: T, description: string) => schema.optional().meta({ description });

/** Of accounts that a file can name: a personal one is its owner's own. */
const accountRole = c.accountRole.exclude(['owner']);
const children = z.array(c.slug).max(1000);
const filePath = z.string().min(1).max(1000);
const secretValue = z
  .string()
  .regex(
    /^\$\{[A-Za-z_][A-Za-z0-9_]{0,99}\}$/,
    'must be one variable, such as ${ERP_KEY}: a file is no place for secrets',
  );

/** `ACCOUNT[/WORKSPACE]/NAME` */
const parserAddress = z
  .string()
  .max(250)
  .regex(/^[a-z0-9-]+\/(?:[a-z0-9-]+\/)?[^/]+$/, 'must be ACCOUNT/NAME or ACCOUNT/WORKSPACE/NAME');

const parser = z
  .strictObject({
    file: says(
      filePath,
      'Its definition in a file of its own, as `parsers export` writes it, relative to this file',
    ),
    copy_from: says(parserAddress, 'Kept equal to another parser: ACCOUNT/NAME or ACCOUNT/WORKSPACE/NAME'),
    document_type: says(documentType, 'Defined right here: what it reads'),
    description: says(parserDescription, 'One line for people'),
    preprocessing: says(
      definitionParts.shape.preprocessing.unwrap(),
      'Done to the document first (docs/parsers.md)',
    ),
    fields: says(
      definitionParts.shape.fields.unwrap(),
      'Fields and the rules that find them (docs/parsers.md)',
    ),
    tables: says(definitionParts.shape.tables.unwrap(), 'Tables and their columns (docs/parsers.md)'),
    secrets: says(definitionParts.shape.secrets.unwrap(), 'Names of the secrets that the definition uses'),
    secret_values: says(
      z.record(parserKey, secretValue),
      'The variable that the value of each of its secrets is in. It is set with `parsers secrets set`; apply sends none',
    ),
  })
  .meta({
    id: 'EstateParser',
    description: 'A parser: from a file, as a copy, or defined right here',
  });

const questions = formEntries.meta({ id: 'FormEntries', description: 'Questions, and groups of them' });

const form = z
  .strictObject({
    file: says(filePath, 'Its definition in a file of its own, relative to this file'),
    title: says(formTitle, 'Defined right here: what people read above it'),
    description: says(formDescription, 'One line for people'),
    questions: says(questions, 'What it asks (docs/forms.md)'),
  })
  .meta({ id: 'EstateForm', description: 'A form: from a file, or defined right here' });

const parsers = z.record(parserName, parser);
const forms = z.record(formName, form);

const workspaceMember = z
  .union([c.workspaceRole, z.strictObject({ role: c.workspaceRole })])
  .meta({ id: 'EstateWorkspaceMember', description: 'The role in the workspace' });

const workspace = z
  .strictObject({
    name: says(c.displayName, 'What people read'),
    members: says(
      z.record(c.address, workspaceMember),
      'Who works in it, by address: members of the account',
    ),
    parsers: says(parsers, 'Parsers of this workspace, by name'),
    forms: says(forms, 'Forms of this workspace, by name'),
  })
  .meta({ id: 'EstateWorkspace', description: 'A workspace of an organization' });

const permissionSet = z
  .strictObject({
    role: says(accountRole, 'Role of the account'),
    modules: says(c.moduleList, 'What a `user` is granted'),
    children: says(children, 'Slugs of the managed accounts and sub-accounts that are granted'),
    workspaces: says(z.record(c.slug, c.workspaceRole), 'Role by workspace'),
  })
  .meta({ id: 'EstatePermissionSet', description: 'Role, modules and grants that members share' });

const member = z
  .union([
    accountRole,
    z.strictObject({
      role: says(accountRole, 'Role of the account'),
      modules: says(c.moduleList, 'What a `user` is granted; `[]` is none, and must be said'),
      children: says(children, 'Slugs of the managed accounts and sub-accounts that are granted'),
      permission_set: says(c.setName, 'A permission set of this account, for what is not said here'),
      state: says(
        z.enum(['active', 'deactivated']),
        'A deactivated member keeps everything but access and seat',
      ),
      first_name: says(c.displayName, 'For the invitation'),
    }),
  ])
  .meta({
    id: 'EstateMember',
    description: 'A member, invited if not one yet: `admin` is short for `{ role: admin }`',
  });

const cap = z.union([z.int().min(0), z.literal('none')]);

const subAccount = z
  .strictObject({
    email: says(c.address, 'Who is invited to bring the account, if it is not linked yet'),
    cap: says(
      z.strictObject({
        uploads: says(cap, 'Uploads a month, or `none` for no limit'),
        messages: says(cap, 'Messages a month, or `none` for no limit'),
      }),
      'What it may use a month at the cost of this account; whoever is invited needs both',
    ),
  })
  .meta({ id: 'EstateSubAccount', description: 'A link of an umbrella' });

const accountFields = {
  kind: z
    .enum(['standard', 'organization'])
    .optional()
    .meta({ description: 'Of an account that is made; it never changes', default: 'standard' }),
  plan: says(c.planName, 'Plan of the catalogue; a scheduled change counts as done'),
  managed_accounts: says(z.enum(['locked', 'unlocked']), 'May it have managed accounts? Staff only'),
  labels: says(c.labels, 'All labels: those that are not here go'),
  mail: says(
    z.strictObject({
      security: says(z.boolean(), 'Mails about security go to all admins'),
      members: says(z.boolean(), 'Mails about members go to all admins'),
    }),
    'Which mails the admins get beside their own',
  ),
  copy_out: says(c.copyOut, 'Who may copy its parsers out'),
  workspaces: says(z.record(c.slug, workspace), 'Workspaces of an organization, by slug'),
  permission_sets: says(z.record(c.setName, permissionSet), 'Permission sets, by name'),
  members: says(z.record(c.address, member), 'People, by address'),
  parsers: says(parsers, 'Parsers of the workspace `default`, by name'),
  forms: says(forms, 'Forms of the workspace `default`, by name'),
};

/** Under every account: what only one can have is left out. */
export const estateDefaults = z
  .strictObject({
    accounts: says(z.strictObject(accountFields), 'For every account that does not say otherwise'),
  })
  .meta({ id: 'EstateDefaults' });

export const estateAccount = z
  .strictObject({
    name: says(c.displayName, 'What people read; of an account that is made, the slug where it is left out'),
    master: says(c.slug, 'Slug of the account that manages it'),
    ...accountFields,
    promotion_path: says(
      z.array(c.slug).max(20),
      'The accounts that parsers are promoted through, in order: this one and its managed accounts',
    ),
    sub_accounts: says(
      z.record(c.address, subAccount),
      'Links of an umbrella, by slug, or by address before it is known',
    ),
  })
  .meta({ id: 'EstateAccount', description: 'An account' });

const variable = z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]);

export const estateFile = z
  .strictObject({
    $schema: z.string().optional().meta({ description: 'For editors; the tool does not read it' }),
    schema: z.literal(ESTATE_FILE).meta({ description: 'The form of the file' }),
    vars: says(
      z.record(variableName, variable),
      'Values of ${NAME}, unless the environment or --var has one; null for one that must come from there',
    ),
    defaults: says(estateDefaults, 'What is the same everywhere'),
    accounts: says(z.record(c.slug, estateAccount), 'Accounts, by slug'),
  })
  .meta({ id: 'EstateFile', title: 'An estate of the tenancy API: accounts, people and parsers' });
