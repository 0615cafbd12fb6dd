export interface BatchesPort {}
