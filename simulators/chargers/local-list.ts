import type { Payload } from './call-channel.ts';
import { objects, text } from './payload-readers.ts';

export type UpdateStatus = 'Accepted' | 'Failed' | 'NotSupported' | 'VersionMismatch';

/** The local authorization list of one pile (OCPP 1.6, 3.5.2). */
export class LocalList {
  #version = 0;
  #entries = new Map<string, Payload>();

  get version(): number {
    return this.#version;
  }

  update(version: number, type: string, payload: Payload): UpdateStatus {
    const changes = objects(payload, 'localAuthorizationList');
    const tags = changes.map((entry) => text(entry, 'idTag'));
    if (version <= 0 || new Set(tags).size < tags.length || changes.length > 200) return 'Failed';
    if (type === 'Differential' && version <= this.#version) return 'VersionMismatch';
    const next = type === 'Full' ? new Map<string, Payload>() : new Map(this.#entries);
    for (const [index, tag] of tags.entries()) {
      const info = changes[index]?.idTagInfo;
      if (typeof info === 'object' && info !== null) next.set(tag, { ...info });
      else if (type === 'Full') return 'Failed';
      else next.delete(tag);
    }
    this.#entries = next;
    this.#version = version;
    return 'Accepted';
  }

  /** undefined when the list does not know the tag. */
  accepts(idTag: string, now: number): boolean | undefined {
    const info = this.#entries.get(idTag);
    if (!info) return undefined;
    const expired = typeof info.expiryDate === 'string' && Date.parse(info.expiryDate) <= now;
    return info.status === 'Accepted' && !expired;
  }
}
