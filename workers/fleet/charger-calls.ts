import type { Database } from '../../database/open.ts';
import { ApiError } from '../api-error.ts';
import { chargerObject, type RemoteCharger } from '../charger-object.ts';
import type { Env } from '../env.ts';
import { findChargerProfile } from './device-queries.ts';

const ATTEMPTS = 3;

/** Asks a charger's object, with a fresh stub each time; what cannot be repeated blindly is not asked through here. */
async function ask<Answer>(
  env: Env,
  chargerId: string,
  region: string | null,
  question: (charger: RemoteCharger) => Promise<Answer>,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await question(chargerObject(env, chargerId, region));
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/**
 * Tells the object what the operator changed. D1 has it already, and the object is told again with every connection
 * and every start, so a failure here is noted and no more.
 */
export async function configureCharger(
  env: Env,
  db: Database,
  chargerId: string,
  region: string,
): Promise<void> {
  const profile = await findChargerProfile(db, chargerId);
  if (profile === undefined) return;
  try {
    await ask(env, chargerId, region, (charger) => charger.configure(profile));
  } catch (error) {
    console.error('charger object could not be configured', chargerId, error);
  }
}

/**
 * Sends the device away. D1 has unbound it already, so it cannot come back; a failure is noted, and tells the caller
 * `false`.
 */
export async function disconnectDevice(env: Env, chargerId: string, reason: string): Promise<boolean> {
  try {
    await ask(env, chargerId, null, (charger) => charger.disconnectDevice(reason));
    return true;
  } catch (error) {
    console.error('device could not be disconnected', chargerId, error);
    return false;
  }
}

/** Whether anybody charges there. Without an answer nothing may be taken apart: `temporarily_unavailable`. */
export async function hasSessions(env: Env, chargerId: string): Promise<boolean> {
  try {
    const { outlets } = await ask(env, chargerId, null, (charger) => charger.snapshot());
    return outlets.some(({ session }) => session !== null);
  } catch (error) {
    console.error('charger object did not answer', chargerId, error);
    throw new ApiError('temporarily_unavailable');
  }
}
