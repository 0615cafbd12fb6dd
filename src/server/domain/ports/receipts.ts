export interface ReceiptsPort {}
