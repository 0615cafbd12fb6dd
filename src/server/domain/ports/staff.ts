export interface StaffPort {}
