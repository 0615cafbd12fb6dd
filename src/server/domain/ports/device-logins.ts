export interface NewDeviceLogin {
  /** SHA-256 of the device's secret, hex. */
  readonly hash: string;
  /** Eight letters, without the dash. */
  readonly userCode: string;
  readonly client: string | null;
  readonly address: string;
  readonly expiresAt: string;
  readonly at: string;
}

export interface DeviceLoginRow {
  readonly hash: string;
  readonly userCode: string;
  readonly client: string | null;
  readonly address: string;
  readonly state: 'pending' | 'approved' | 'denied' | 'used';
  readonly userId: string | null;
  readonly askedAt: string | null;
  readonly expiresAt: string;
  readonly createdAt: string;
}

/** Sign-ins that are approved in a browser (RFC 8628). */
export interface DeviceLoginsPort {
  insert(login: NewDeviceLogin): Promise<void>;
  byDevice(hash: string): Promise<DeviceLoginRow | null>;
  byUserCode(userCode: string): Promise<DeviceLoginRow | null>;
  /** The device has asked. */
  asked(hash: string, at: string): Promise<void>;
  /** @returns false when it is not pending any more */
  answer(hash: string, answer: { state: 'approved'; userId: string } | { state: 'denied' }): Promise<boolean>;
  /** Gives its session away. @returns false when it is not approved any more */
  use(hash: string): Promise<boolean>;
  /** Whatever this person has approved and nobody has fetched. */
  denyAllOf(userId: string): Promise<void>;
}
