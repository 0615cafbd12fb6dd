import { accountOf, batchOperations, runFile, withFile } from '../../bulk/file-job.ts';
import { rulesFor } from '../../bulk/places.ts';
import type { Context } from '../../context.ts';
import { capFlags, offerDefaults } from '../caps.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'contacts import',
  summary: 'Add or change the contacts of a file',
  about:
    'Columns First, Last, Email, Mobile, Organization, Groups, Sub account, in any case and the usual variants; groups are separated by ; or a comma. A row is the contact with its address, or with its number where it has no address; an empty cell leaves alone what is there. The file is checked as a whole first. Rows marked as sub-account are invited under your umbrella, if you may invite, and need caps: for the file, or in columns Cap uploads and Cap messages. The same command again, after whatever interruption, goes on where it stopped.',
  flags: {
    csv: { value: 'FILE', help: 'the file; - is stdin; NDJSON too', required: 'Which file?' },
    map: { value: 'FIELD=HEADING', repeat: true, help: 'which column is what: email=Mail' },
    ...capFlags,
    reinviteDeclined: { help: 'also invite those who declined before' },
    report: { value: 'FILE', help: 'write what became of each row' },
    allowInvalid: { help: 'save the good rows of a file with bad ones' },
  },
  examples: [
    'tenantctl contacts import --csv contacts.csv --account acme',
    'tenantctl contacts import --csv contacts.csv --cap 500 --report out.csv',
    'tenantctl contacts import --csv export.csv --map email=Mail --dry-run',
  ],
  operations: ['accounts.show', ...batchOperations],
  next: 'tenantctl contacts list',
} as const satisfies VerbSpec;

export type ImportOptions = OptionsOf<typeof spec>;

export function importCommand(ctx: Context, run = importRun): Verb {
  return verb(spec, ctx, run);
}

export async function importRun(options: ImportOptions, ctx: Context): Promise<void> {
  const defaults = offerDefaults(options);
  await withFile(ctx, 'contacts', options, async (source, report) => {
    const account = await accountOf(ctx);
    const head = { kind: 'contacts', defaults } as const;
    const rules = await rulesFor(ctx.client(), account, source, head, options.map);
    await runFile({ ctx, account, head, source, report, options }, rules);
  });
}
