import type { RiderApi } from './population.ts';

interface NearSites {
  readonly items: readonly { readonly id: string; readonly outletsFree: number; readonly open: boolean }[];
}

interface SiteDetail {
  readonly chargers: readonly {
    readonly id: string;
    readonly outlets: readonly { readonly outletId: string; readonly availability: string }[];
  }[];
}

/** The rider's side of the platform's API, as the mini-program calls it. `mayUse` keeps hands off other people's piles. */
export function httpRiderApi(
  url: string,
  mayUse: (chargerId: string) => boolean,
  random: () => number,
): RiderApi {
  const ask = async <Answer>(
    method: string,
    path: string,
    token?: string,
    body?: unknown,
  ): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined
          ? {}
          : { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer as Answer;
  };

  return {
    login: async (code) =>
      (await ask<{ token: string }>('POST', '/v1/rider/session', undefined, { code })).token,
    async freeOutletsNear(token, { latitude, longitude }) {
      const near = await ask<NearSites>(
        'GET',
        `/v1/rider/sites/near?lat=${latitude}&lng=${longitude}&system=wgs84&limit=10`,
        token,
      );
      const open = near.items.filter((site) => site.open && site.outletsFree > 0);
      const site = open[Math.floor(random() * open.length)];
      if (site === undefined) return [];
      const { chargers } = await ask<SiteDetail>('GET', `/v1/rider/sites/${site.id}`, token);
      return chargers
        .filter(({ id }) => mayUse(id))
        .flatMap(({ outlets }) => outlets)
        .filter(({ availability }) => availability === 'free')
        .map(({ outletId }) => outletId);
    },
    async quote(token, outletId) {
      const path = `/v1/rider/outlets/${outletId}/quote`;
      const { tariffVersionId } = await ask<{ tariffVersionId: string }>('GET', path, token);
      return `${outletId} ${tariffVersionId}`;
    },
    async startCharge(token, quoteId) {
      const [outletId, tariffVersionId] = quoteId.split(' ');
      const limit =
        random() < 0.5 ? { kind: 'full' } : { kind: 'money', fen: 100 + Math.floor(random() * 3) * 100 };
      await ask('POST', '/v1/rider/charging-orders', token, {
        outletId,
        tariffVersionId,
        limit,
        ...holdOf(limit),
      });
    },
  };
}

const holdOf = (limit: { kind: string }) => (limit.kind === 'full' ? { holdFen: 300 } : {});
