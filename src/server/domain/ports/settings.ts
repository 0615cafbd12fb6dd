export interface SettingsPort {}
