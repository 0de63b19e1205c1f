import type { Session, Staff } from '../session/session.ts';
import { callApi } from './call-api.ts';

export const signIn = (username: string, password: string): Promise<Session> =>
  callApi('/v1/admin/session', { method: 'POST', body: { username, password } });

export const signOut = (): Promise<void> => callApi('/v1/admin/session', { method: 'DELETE' });

export const readOwnAccount = (signal: AbortSignal): Promise<Staff> => callApi('/v1/admin/me', { signal });
