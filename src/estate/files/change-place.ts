import { firstWorkspace } from '../../contract/limits.ts';
import type { ChangeAbout } from '../changes.ts';
import { placeText } from './source.ts';
import { type Path, placeOf, spotAt, type Tree, treeAt } from './tree.ts';

/** Where the files ask for a change: `base.yaml:12:7`. Of what they do not name, where its account stands. */
export function changePlace(tree: Tree, change: ChangeAbout): string {
  const account: Path = ['accounts', change.account];
  const paths = pathsOf(change).map((path): Path => [...account, ...path]);
  const said = paths.find((path) => treeAt(tree, path) !== undefined) ?? account;
  return placeText(placeOf(spotAt(tree, said, 'key')));
}

/** Below its account, in each way that it may be written. */
function pathsOf({ kind, key }: ChangeAbout): Path[] {
  const at = key.indexOf('/');
  const [workspace, inside] = [key.slice(0, at), key.slice(at + 1)];
  switch (kind) {
    case 'plan':
    case 'promotion_path':
      return [[kind]];
    case 'workspace_member':
      return [['workspaces', workspace, 'members', inside]];
    case 'form':
    case 'parser': {
      const there = ['workspaces', workspace, `${kind}s`, inside];
      return workspace === firstWorkspace ? [[`${kind}s`, inside], there] : [there];
    }
    default:
      return [[`${kind}s`, key]];
  }
}
