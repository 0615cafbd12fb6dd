/** The secret by itself, or in the link that was mailed, pasted whole. */
export function mailedSecretIn(line: string): string {
  return /tctl_(?:mail|inv)_[0-9A-Za-z]+/.exec(line)?.[0] ?? line.trim();
}
