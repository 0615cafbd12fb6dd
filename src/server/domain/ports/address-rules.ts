export interface AddressRulesPort {}
