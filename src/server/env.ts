import { homedir } from 'node:os';
import { join } from 'node:path';

/** What a server takes from its environment when no flag says it: above all what holds a password. */
export interface ServerEnvironment {
  readonly database?: string;
  readonly smtp?: string;
  readonly mailFrom?: string;
  readonly smsWebhook?: string;
  /** What messages to the gateway are signed with. */
  readonly smsSecret?: string;
  readonly data: string;
  /** Keys that secrets are sealed with, or the file that holds them. */
  readonly secretsKey?: string;
  readonly secretsKeyFile?: string;
  readonly logLevel?: 'silent' | 'error' | 'warn' | 'info' | 'debug';
}

const levels = ['silent', 'error', 'warn', 'info', 'debug'] as const;

/**
 * Reads TENANTCTL_DATABASE, _SMTP, _MAIL_FROM, _SMS_WEBHOOK, _SMS_SECRET, _DATA, _SECRETS_KEY, _SECRETS_KEY_FILE and
 * _LOG_LEVEL. A database URL and an SMTP URL hold passwords, which a flag would show to everybody who can list processes.
 */
export function serverEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): ServerEnvironment {
  const read = (name: string) => env[name]?.trim() || undefined;
  const database = read('TENANTCTL_DATABASE');
  const smtp = read('TENANTCTL_SMTP');
  const mailFrom = read('TENANTCTL_MAIL_FROM');
  const smsWebhook = read('TENANTCTL_SMS_WEBHOOK');
  const smsSecret = read('TENANTCTL_SMS_SECRET');
  const secretsKey = read('TENANTCTL_SECRETS_KEY');
  const secretsKeyFile = read('TENANTCTL_SECRETS_KEY_FILE');
  const level = levels.find((known) => known === read('TENANTCTL_LOG_LEVEL'));
  return {
    ...(database !== undefined && { database }),
    ...(smtp !== undefined && { smtp }),
    ...(mailFrom !== undefined && { mailFrom }),
    ...(smsWebhook !== undefined && { smsWebhook }),
    ...(smsSecret !== undefined && { smsSecret }),
    ...(secretsKey !== undefined && { secretsKey }),
    ...(secretsKeyFile !== undefined && { secretsKeyFile }),
    data:
      read('TENANTCTL_DATA') ??
      join(read('XDG_DATA_HOME') ?? join(homedir(), '.local', 'share'), 'tenantctl'),
    ...(level !== undefined && { logLevel: level }),
  };
}
