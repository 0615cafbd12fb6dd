import { safeLine } from './text.ts';

/** A hierarchy as it is drawn; what machine formats print is given beside it. */
export interface TreeNode {
  readonly label: string;
  readonly id?: string | undefined;
  readonly children?: readonly TreeNode[] | undefined;
}

const LINES = {
  unicode: { branch: '├── ', last: '└── ', pass: '│   ' },
  ascii: { branch: '|-- ', last: '`-- ', pass: '|   ' },
};

export function treeText(root: TreeNode, unicode: boolean): string {
  const lines = unicode ? LINES.unicode : LINES.ascii;
  const below = (node: TreeNode, indent: string): string[] =>
    (node.children ?? []).flatMap((child, at, all) => {
      const last = at === all.length - 1;
      const inner = indent + (last ? '    ' : lines.pass);
      return [`${indent}${last ? lines.last : lines.branch}${safeLine(child.label)}`, ...below(child, inner)];
    });
  return [safeLine(root.label), ...below(root, '')].join('\n');
}

export interface TreeRow {
  readonly depth: number;
  readonly id: string;
  readonly label: string;
}

/** Depth first, as drawn: for csv and ids. */
export function treeRows(node: TreeNode, depth = 0): TreeRow[] {
  const row = { depth, id: node.id ?? '', label: node.label };
  return [row, ...(node.children ?? []).flatMap((child) => treeRows(child, depth + 1))];
}
