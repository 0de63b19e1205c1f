import { z } from '@hono/zod-openapi';
import { parseNetworkNumber } from '../../domain/numbering/network-number.ts';
import { parseBasicAuth } from '../../protocols/ocpp/basic-auth.ts';
import { chooseSubprotocol } from '../../protocols/ocpp/subprotocol.ts';
import { ApiError } from '../api-error.ts';
import { chargerObject } from '../charger-object.ts';
import { defineRoute, newRouter } from '../http.ts';
import { wantsWebSocket } from '../websocket-upgrade.ts';
import { hashDeviceKey, sameDigest } from './device-key.ts';
import { findConnectingDevice } from './device-queries.ts';

/** Subprotocols a charging pile may speak; cabinets bring 2.0.1 and 2.1. */
const SUPPORTED = ['ocpp1.6'] as const;

const doorRoute = defineRoute({
  method: 'get',
  path: '/ocpp/{dtuNumber}',
  permission: 'public',
  tags: ['device'],
  summary: 'The WebSocket door of devices (OCPP-J): HTTP Basic with the DTU number and its key',
  description:
    'Upgrade with `Sec-WebSocket-Protocol: ocpp1.6`. Wrong key: 401; unknown number: 404; decommissioned: 403; no common subprotocol: 400.',
  request: { params: z.object({ dtuNumber: z.string().max(20).openapi({ example: '30001' }) }) },
  errors: ['not_found', 'bad_credentials', 'device_decommissioned', 'forbidden'],
  responses: { 101: { description: 'The device is connected to its own object' } },
});

/** Where chargers come in: authenticated here, once; from then on they talk to their own object alone. */
export function deviceRoutes() {
  const router = newRouter();
  router.openapi(doorRoute, async (context) => {
    const number = parseNetworkNumber(context.req.valid('param').dtuNumber);
    if (!number.ok) throw new ApiError('not_found');
    const device = await findConnectingDevice(context.get('db'), number.value.number);
    if (device === undefined) throw new ApiError('not_found');
    const credentials = parseBasicAuth(context.req.header('Authorization') ?? null);
    const matches =
      credentials !== null &&
      credentials.identity === String(number.value.number) &&
      sameDigest(await hashDeviceKey(device.keySalt, credentials.password), device.keyHash);
    if (!matches) {
      context.header('WWW-Authenticate', 'Basic realm="ocpp"');
      throw new ApiError('bad_credentials');
    }
    if (device.dtuStatus === 'retired' || device.chargerStatus === 'decommissioned') {
      throw new ApiError('device_decommissioned');
    }
    if (device.profile === null) throw new ApiError('forbidden', { reason: 'dtu_not_bound' });
    const subprotocol = chooseSubprotocol(context.req.header('Sec-WebSocket-Protocol') ?? null, SUPPORTED);
    if (!wantsWebSocket(context.req) || subprotocol === null) {
      throw new ApiError('invalid_request', { supportedSubprotocols: SUPPORTED });
    }
    const charger = chargerObject(context.env, device.profile.chargerId, device.region);
    return charger.fetch('https://charger/device', {
      headers: {
        Upgrade: 'websocket',
        'X-Chosen-Subprotocol': subprotocol,
        'X-Charger-Profile': JSON.stringify(device.profile),
      },
    });
  });
  return router;
}
