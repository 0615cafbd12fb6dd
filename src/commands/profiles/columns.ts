import type { Profile, Profiles } from '../../config/profiles.ts';
import type { Column } from '../../output/columns.ts';

export type ProfileRow = Profile & { readonly default: boolean };

export function rowOf(profile: Profile, all: Profiles): ProfileRow {
  return { ...profile, default: all.default_profile === profile.name };
}

export const profileColumns: readonly Column<ProfileRow>[] = [
  { header: 'NAME', value: (profile) => profile.name, keep: true },
  { header: 'DEFAULT', value: (profile) => profile.default },
  { header: 'API', value: (profile) => profile.api_url },
  { header: 'USER', value: (profile) => profile.user },
  { header: 'SIGNED IN', value: (profile) => profile.credential !== null },
  { header: 'ACCOUNT', value: (profile) => profile.default_account ?? profile.account?.slug },
  { header: 'GUARDS', value: guardsOf },
  { header: 'ENDS', value: (profile) => profile.delegation?.expires_at },
];

function guardsOf(profile: Profile): string[] {
  const guards = [
    profile.delegation === null ? '' : 'delegation',
    profile.account === null ? '' : `pinned to ${profile.account.slug}`,
    profile.protected ? 'protected' : '',
    profile.read_only ? 'read-only' : '',
  ];
  return guards.filter((guard) => guard !== '');
}
