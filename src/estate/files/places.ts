import { firstWorkspace } from '../../contract/limits.ts';
import type { ParserAddress } from '../model.ts';
import { type AccountPart, each } from './account-part.ts';
import type { Path } from './tree.ts';

/** What an account has in its workspaces, by name. */
type Section = 'parsers' | 'forms';
export type SaidOf<S extends Section> = NonNullable<AccountPart['said'][S]>[string];

/** A parser or a form where the files say it. */
export interface Place<Said> {
  readonly part: AccountPart;
  readonly path: Path;
  readonly workspace: string;
  readonly name: string;
  readonly said: Said;
}

/** Those of an account: under itself, which is its first workspace, and in its others. */
export function parserPlaces(part: AccountPart): Place<SaidOf<'parsers'>>[] {
  const { parsers, workspaces } = part.said;
  const others = each(workspaces).flatMap(([workspace, { parsers: inside }]) =>
    placesIn(part, ['workspaces', workspace, 'parsers'], workspace, inside),
  );
  return [...placesIn(part, ['parsers'], firstWorkspace, parsers), ...others];
}

export function formPlaces(part: AccountPart): Place<SaidOf<'forms'>>[] {
  const { forms, workspaces } = part.said;
  const others = each(workspaces).flatMap(([workspace, { forms: inside }]) =>
    placesIn(part, ['workspaces', workspace, 'forms'], workspace, inside),
  );
  return [...placesIn(part, ['forms'], firstWorkspace, forms), ...others];
}

function placesIn<Said>(
  part: AccountPart,
  within: Path,
  workspace: string,
  things: Readonly<Record<string, Said>> | undefined,
): Place<Said>[] {
  return each(things).map(([name, said]) => ({ part, path: [...within, name], workspace, name, said }));
}

/** By account, workspace and name; what is said twice is told. */
export function placesByKey<Said>(places: readonly Place<Said>[]): Map<string, Place<Said>> {
  const byKey = new Map<string, Place<Said>>();
  for (const place of places) {
    const key = placeKey(place);
    if (byKey.has(key)) place.part.wrong(place.path, 'is there already, under the account itself', 'key');
    else byKey.set(key, place);
  }
  return byKey;
}

export function placeKey<Said>({ part, workspace, name }: Place<Said>): string {
  return addressKey({ account: part.slug, workspace, name });
}

export function addressKey({ account, workspace, name }: ParserAddress): string {
  return `${account}/${workspace}/${name}`;
}
