export interface SecretsPort {}
