import type { World } from './world.ts';

/** Is there a browser that a person at this terminal would see? Over SSH it would open on somebody else's desk. */
export function hasBrowser({ env, platform }: Pick<World, 'env' | 'platform'>): boolean {
  if (env['SSH_CONNECTION'] || env['SSH_TTY'] || env['CI']) return false;
  if (platform === 'darwin' || platform === 'win32') return true;
  return Boolean(env['BROWSER'] || env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}

/** The program that opens an address, and its arguments: never a shell, for the address is the server's word. */
export function openerOf({ env, platform }: Pick<World, 'env' | 'platform'>, url: string): string[] {
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url];
  return [env['BROWSER'] || (platform === 'darwin' ? 'open' : 'xdg-open'), url];
}

/** Opens it beside this run, which neither waits for the browser nor minds if there is none. */
export async function openBrowser([command = '', ...args]: readonly string[]): Promise<void> {
  const { spawn } = await import('node:child_process');
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
