export interface LinksPort {}
