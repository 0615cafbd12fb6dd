/** What the server keeps for itself, by key. */
export interface SettingsPort {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, at: string): Promise<void>;
}
