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
import { logout, refreshSession } from '../domain/sessions.ts';
import type { Handlers } from '../http/bind.ts';

export const auth = {
  'auth.signup': onPlatform('auth.signup', signup),
  'auth.signup_finish': onPlatformPrepared('auth.signup_finish', prepareSignupFinish, finishSignup),
  'auth.login': onPlatformPrepared('auth.login', prepareLogin, login),
  'auth.refresh': onPlatform('auth.refresh', refreshSession),
  'auth.logout': onPlatform('auth.logout', logout),
  'auth.password_forgot': onPlatform('auth.password_forgot', forgotPassword),
  'auth.password_reset': onPlatformPrepared('auth.password_reset', prepareReset, resetPassword),
  'auth.password_change': onPlatformPrepared('auth.password_change', prepareChange, changePassword),
  'auth.email_confirm': onPlatform('auth.email_confirm', confirmAddress),
} satisfies Partial<Handlers>;
