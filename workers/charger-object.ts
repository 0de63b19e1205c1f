import type { Charger } from '../durable-objects/charger/charger.ts';
import type { Env } from './env.ts';

/** The object's methods as a caller meets them: the same results, as promises. */
type RemoteMethods<Instance, Names extends keyof Instance> = {
  readonly [Name in Names]: Instance[Name] extends (...parameters: infer Parameters) => infer Result
    ? (...parameters: Parameters) => Promise<Awaited<Result>>
    : never;
};

export type RemoteCharger = RemoteMethods<
  Charger,
  | 'configure'
  | 'startCharging'
  | 'stopCharging'
  | 'reconcileOrder'
  | 'abandonOrder'
  | 'sendCommand'
  | 'liveOrder'
  | 'snapshot'
  | 'commandLog'
  | 'frames'
  | 'logFrames'
  | 'disconnectDevice'
> & { fetch(url: string, init: RequestInit): Promise<Response> };

/**
 * The one object of a charger, made near its site (`region` is a location hint) when it is made. The generated stub
 * types lose results that carry `unknown` facts, hence the narrower type.
 */
export function chargerObject(env: Env, chargerId: string, region: string | null = null): RemoteCharger {
  const options = region === null ? {} : { locationHint: region as DurableObjectLocationHint };
  return env.CHARGERS.get(env.CHARGERS.idFromName(chargerId), options) as unknown as RemoteCharger;
}
