import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEW_PASSWORD, startServer, type TestServer } from '../../support/server.ts';
import { browserPath, launch } from './browser.ts';

const path = browserPath();
// Said aloud: a person's path that nobody walked is not tested.
if (path === null)
  process.stderr.write('SKIPPED: no chromium on PATH, so nobody walks through the pages in a browser.\n');

describe.skipIf(path === null)('a person with a browser', () => {
  let browser: Browser;
  let server: TestServer;
  let url: string;

  beforeAll(async () => {
    browser = await launch(path ?? '');
    server = await startServer();
    url = await server.app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function invitation(email: string): Promise<string> {
    const { access_token: token } = await server.signUp(`boss-of-${email}`);
    const { id: account } = await server.ok('accounts.create', {
      token,
      body: { kind: 'standard', name: 'Acme <Forms>' },
    });
    await server.ok('invites.send', {
      token,
      params: { account },
      body: { email, role: 'user', modules: ['forms'] },
    });
    return `${url}/accept?secret=${await server.secretFor(email)}`;
  }

  async function open(
    address: string,
    width = 1024,
  ): Promise<{ page: Page; troubles: string[]; asked: string[] }> {
    const context = await browser.newContext({ viewport: { width, height: 800 }, javaScriptEnabled: false });
    const page = await context.newPage();
    const troubles: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => troubles.push(message.text()));
    page.on('pageerror', (error) => troubles.push(String(error)));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(address);
    return { page, troubles, asked };
  }

  it('accepts an invitation with a new password, after a slip, without scripts', async () => {
    const { page, troubles, asked } = await open(await invitation('ana@x.example'));
    expect(await page.title()).toBe('Invitation to Acme <Forms>');
    await page.getByLabel('Your name').fill('Ana');
    await page.getByLabel('Choose a password').fill(NEW_PASSWORD);
    await page.getByLabel('The same password again').fill('something else entirely');
    await page.getByRole('button', { name: 'Accept the invitation' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toContain('The two passwords differ');
    expect(await page.getByLabel('Your name').inputValue()).toBe('Ana');
    expect(await page.getByLabel('Choose a password').inputValue()).toBe('');
    await page.getByLabel('Choose a password').fill(NEW_PASSWORD);
    await page.getByLabel('The same password again').fill(NEW_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
    expect(await page.locator('code').innerText()).toBe(
      'tenantctl login --api-url http://tenancy.test --email ana@x.example',
    );
    // What the browser itself finds wrong with a page, such as a style that the policy stops, it says in its console.
    expect(troubles).toEqual([
      'Failed to load resource: the server responded with a status of 400 (Bad Request)',
    ]);
    expect(asked.every((one) => one.startsWith(`${url}/accept`) || one === `${url}/favicon.ico`)).toBe(true);
    const session = await server.ok('auth.login', {
      body: { email: 'ana@x.example', password: NEW_PASSWORD },
    });
    expect(session.user.name).toBe('Ana');
  });

  it('declines with one press', async () => {
    const { page } = await open(await invitation('bob@x.example'));
    await page.getByRole('button', { name: 'Decline' }).click();
    const told = page.getByRole('heading', { name: 'Invitation declined' });
    expect(await told.innerText()).toBe('Invitation declined');
  });

  it('sees all of it on a narrow screen, styled', async () => {
    const { page } = await open(await invitation(`${'long'.repeat(12)}@x.example`), 320);
    const overflow = await page
      .locator('body')
      .evaluate((body) => body.ownerDocument.documentElement.scrollWidth);
    expect(overflow).toBeLessThanOrEqual(320);
    const button = page.getByRole('button', { name: 'Accept the invitation' });
    const colour = await button.evaluate(
      (element) => element.ownerDocument.defaultView?.getComputedStyle(element).backgroundColor,
    );
    expect(colour).toBe('rgb(31, 95, 191)');
  });
});
