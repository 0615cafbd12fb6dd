import { isDeepStrictEqual } from 'node:util';
import type { Context } from '../../context.ts';
import type { BodyInput } from '../../contract/shapes.ts';
import type { Form } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import type { FoundForm } from '../../estate/files/forms.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { changedOrThere } from '../stale.ts';
import { formFrom, placedIn } from './from-file.ts';

const spec = {
  path: 'forms update',
  summary: 'Change a form: its questions from a file, its name, title or description',
  about:
    'A file replaces the questions, the title and the description; --title and --description win over it, and only --rename changes the name. Each change makes the next revision; records keep the answers that they were given with.',
  args: { name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' } },
  flags: {
    file: { value: 'FILE', help: 'the new questions; - is stdin' },
    rename: { value: 'NAME', help: 'the new name' },
    title: { value: 'TEXT', help: 'the new title' },
    description: { value: 'TEXT', help: 'the new description; empty takes it away' },
    ifRevision: { value: 'N', number: true, help: 'only if it is still at this revision' },
  },
  examples: [
    'tenantctl forms update Visit --file visit.yaml --account acme',
    'tenantctl forms update acme/Visit --rename "Site visit"',
    'tenantctl forms update Visit --description "" --if-revision 4',
  ],
  operations: ['forms.show', 'forms.update'],
  next: 'tenantctl forms show NAME',
} as const satisfies VerbSpec;

export type UpdateOptions = OptionsOf<typeof spec>;

export function updateCommand(ctx: Context, run = updateRun): Verb {
  return verb(spec, ctx, run);
}

type Body = BodyInput<'forms.update'>;

export async function updateRun(options: UpdateOptions, ctx: Context): Promise<void> {
  const { account, workspace, name: form } = namedAt(ctx, options.name);
  const found = options.file === undefined ? undefined : await formFrom(ctx, options.file);
  const body = bodyOf(options, found);
  if (Object.keys(body).length === 0)
    throw usageError('nothing to change', { hint: 'tenantctl forms update --help' });
  const client = ctx.client();
  const before = await client.call('forms.show', { params: { account, form }, query: { workspace } });
  const revision = options.ifRevision ?? before.revision;
  const params = { account, form: before.id };
  const changing = changedOrThere({
    revision,
    body,
    change: () => client.call('forms.update', { params, body, ifMatch: revision }),
    read: () => client.call('forms.show', { params }),
  });
  const after = await placedIn(changing, found);
  await tellChange(ctx, {
    value: after,
    changed: after.revision !== before.revision,
    done: `Changed ${before.name} (revision ${after.revision}): ${changesOf(before, after).join('; ')}.`,
    already: `${after.name} is like that already (revision ${after.revision}).`,
  });
}

function bodyOf({ rename, title, description }: UpdateOptions, found: FoundForm | undefined): Body {
  const content = found?.content;
  return {
    ...(content && {
      title: content.title,
      description: content.description,
      questions: content.questions,
    }),
    ...(rename !== undefined && { name: rename }),
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description: description === '' ? null : description }),
  };
}

/** What differs, named. */
function changesOf(before: Form, after: Form): string[] {
  const texts = (['name', 'title', 'description'] as const).flatMap((field) =>
    before[field] === after[field]
      ? []
      : [`${field} ${before[field] ?? 'none'} -> ${after[field] ?? 'none'}`],
  );
  const same = isDeepStrictEqual(before.questions, after.questions);
  return same ? texts : [...texts, `questions (${before.question_count} -> ${after.question_count})`];
}
