export interface InvitesPort {}
export interface InviteSecretsPort {}
