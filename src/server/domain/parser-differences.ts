import type { Answer } from '../../contract/shapes.ts';
import type { ParserDifference } from '../../contract/types.ts';
import { notFound } from './errors.ts';
import { listAnswer, pageRequest } from './list.ts';
import { differences } from './parser-diff.ts';
import type { Compared } from './ports/parser-differences.ts';
import type { Input, PlaceWork } from './work.ts';

/** Contents are large, and so is what differs. */
const MOST_AT_ONCE = 100;

function stateOf({ source, target }: Compared): ParserDifference['state'] {
  if (target === null) return 'added';
  if (source === null) return 'extra';
  return source.digest === target.digest ? 'same' : 'changed';
}

function toDifference(compared: Compared, toName: string): ParserDifference {
  const { name, target, contents } = compared;
  return {
    name,
    to_name: toName,
    state: stateOf(compared),
    edited_at_target: target !== null && target.digest !== target.copiedDigest,
    changes: contents === null ? [] : differences(contents.target, contents.source),
  };
}

/** What copying from here to there would change (D14). Both places are authorised, and nothing is written. */
export async function diffParsers(
  work: PlaceWork,
  input: Input<'parsers.diff'>,
): Promise<Answer<'parsers.diff'>> {
  const { to, to_workspace: reference = null, name, same = false } = input.query;
  const { account, place } = await work.authorise(to, 'parsers.diff', { noun: 'workspace', reference });
  if (place === null) throw new Error('authorised for a workspace that is not there');
  const target = { accountId: account.id, workspaceId: place.workspaceId };
  const { workspaceId } = work.place;
  const { parserDifferences } = work.tenant;
  if (name !== undefined) {
    const toName = input.query.to_name ?? name;
    const pair = await parserDifferences.pair({ workspaceId, name }, { ...target, name: toName });
    if (pair === null) throw notFound('parser', name);
    return { data: [toDifference(pair, toName)], next_cursor: null };
  }
  const { limit, after } = pageRequest(input);
  const page = { limit: Math.min(limit, MOST_AT_ONCE), after };
  const { items, next } = await parserDifferences.merged(workspaceId, target, same, page);
  return listAnswer({ items: items.map((one) => toDifference(one, one.name)), next });
}
