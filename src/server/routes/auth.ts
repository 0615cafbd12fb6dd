import {
  changePassword,
  confirmAddress,
  finishSignup,
  forgotPassword,
  login,
  prepareChange,
  prepareLogin,
  prepareReset,
  prepareSignupFinish,
  resetPassword,
  signup,
} from '../domain/auth.ts';
import { onPlatform, onPlatformPrepared } from '../domain/change.ts';
import {
  approveDevice,
  beginDevice,
  denyDevice,
  deviceToken,
  prepareApproval,
  previewDevice,
} from '../domain/device-login.ts';
import { logout, refreshSession } from '../domain/sessions.ts';
import type { Handlers } from '../http/bind.ts';

export const auth = {
  'auth.signup': onPlatform('auth.signup', signup),
  'auth.signup_finish': onPlatformPrepared('auth.signup_finish', prepareSignupFinish, finishSignup),
  'auth.login': onPlatformPrepared('auth.login', prepareLogin, login),
  'auth.device': onPlatform('auth.device', beginDevice),
  'auth.device_token': onPlatform('auth.device_token', deviceToken),
  'auth.device_preview': onPlatform('auth.device_preview', previewDevice),
  'auth.device_approve': onPlatformPrepared('auth.device_approve', prepareApproval, approveDevice),
  'auth.device_deny': onPlatform('auth.device_deny', denyDevice),
  'auth.refresh': onPlatform('auth.refresh', refreshSession),
  'auth.logout': onPlatform('auth.logout', logout),
  'auth.password_forgot': onPlatform('auth.password_forgot', forgotPassword),
  'auth.password_reset': onPlatformPrepared('auth.password_reset', prepareReset, resetPassword),
  'auth.password_change': onPlatformPrepared('auth.password_change', prepareChange, changePassword),
  'auth.email_confirm': onPlatform('auth.email_confirm', confirmAddress),
} satisfies Partial<Handlers>;
