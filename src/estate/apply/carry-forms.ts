import type { Change } from '../changes.ts';
import { bodyOf } from '../fields.ts';
import { type Carried, changed, gone, type Hands, made, sent } from './requests.ts';

/** A form is made, changed at the revision that was reviewed, or taken away. */
export async function carryForm(change: Change, hands: Hands): Promise<Carried> {
  const { account, key } = change;
  const at = key.indexOf('/');
  const [workspace, name] = [key.slice(0, at), key.slice(at + 1)];
  const params = { account, form: change.id ?? name };
  if (change.op === 'delete') {
    return await gone(change, hands, (options) =>
      hands.client.call('forms.delete', { params, query: { workspace }, ...options }),
    );
  }
  if (change.op === 'create') {
    const body = sent<'forms.create'>({ workspace, name, ...bodyOf(change) });
    await made(change, hands, (options) =>
      hands.client.exchange('forms.create', { params: { account }, body, ...options }),
    );
    return 'done';
  }
  const body = sent<'forms.update'>(bodyOf(change));
  await changed(change, hands, (options) =>
    hands.client.call('forms.update', { params, query: { workspace }, body, ...options }),
  );
  return 'done';
}
