/**
 * Environment -> database -> migrate -> app -> listen -> graceful close.
 * What `serve` gives and expects back stands in commands/serve/starter.ts (StartOptions, Started).
 */
export async function start(_options: object): Promise<never> {
  throw new Error('the server cannot be started yet');
}
