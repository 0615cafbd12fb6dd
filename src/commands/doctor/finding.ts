/** What one check came to. `skipped`: something before it stands in its way, or it does not apply. */
export interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly found: string;
  readonly try: string | null;
}

export const ok = (check: string, found: string): Finding => ({ check, status: 'ok', found, try: null });

export const skipped = (check: string, found: string): Finding => ({
  check,
  status: 'skipped',
  found,
  try: null,
});

export const warning = (check: string, found: string, advice: string | null = null): Finding => ({
  check,
  status: 'warning',
  found,
  try: advice,
});

export const failed = (check: string, found: string, advice: string | null = null): Finding => ({
  check,
  status: 'failed',
  found,
  try: advice,
});
