import { Cli } from '../../support/cli.ts';
import { join, organization, type Person, person } from '../../support/estate.ts';
import { PASSWORD, startServer, type TestServer } from '../../support/server.ts';

/** The tool signed in as the super admin of the organization `org`, with the workspaces default and ops. */
export async function inOrganization(): Promise<{
  server: TestServer;
  cli: Cli;
  orgId: string;
  ana: Person;
}> {
  const server = await startServer();
  const cli = new Cli(server);
  await cli.signIn('ana@example.com');
  const credentials = { email: 'ana@example.com', password: PASSWORD };
  const { user, access_token: token } = await server.ok('auth.login', { body: credentials });
  const ana = { id: user.id, email: user.email, token };
  const { id: orgId } = await organization(server, await server.staffToken(), 'org', ana);
  await cli.ok('accounts use org');
  await cli.ok('workspaces create Operations --slug ops');
  return { server, cli, orgId, ana };
}

/** A plain member of the organization, not signed in with the tool. */
export async function member(server: TestServer, orgId: string, name: string): Promise<Person> {
  const who = await person(server, `${name}@example.com`);
  await join(server, orgId, who, 'member');
  return who;
}
