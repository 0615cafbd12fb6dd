export interface SessionsPort {}
