import { usageError } from '../../errors.ts';

export type Labels = Readonly<Record<string, string>>;

/** `env=staging`, each; what may stand in a label the server judges. */
export function labelsFrom(given: readonly string[]): Labels {
  return Object.fromEntries(given.map(labelFrom));
}

function labelFrom(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
  throw usageError(`--label ${text}: not KEY=VALUE`, {
    code: 'invalid_value',
    hint: '--label env=staging, and --remove-label env takes one away',
  });
}

/** The labels with some set and some taken away. */
export function labelsChanged(before: Labels, set: Labels, removed: readonly string[]): Labels {
  const both = removed.find((key) => Object.hasOwn(set, key));
  if (both !== undefined) {
    throw usageError(`--label and --remove-label both name ${both}`, { code: 'invalid_value' });
  }
  return Object.fromEntries(Object.entries({ ...before, ...set }).filter(([key]) => !removed.includes(key)));
}
