import { afterEach, beforeEach, expect } from 'vitest';
import { ChargePoint, type ChargePointOptions } from './charge-point.ts';
import { TestCentralSystem } from './test-central-system.ts';

/**
 * One central system and quick piles for every test of a file. After each test everything is taken down, and no
 * frame may have broken the 1.6 schemas.
 */
export function testBench() {
  let csms: TestCentralSystem | undefined;
  let piles: ChargePoint[] = [];
  const running = (): TestCentralSystem => {
    if (!csms) throw new Error('only inside a test');
    return csms;
  };

  beforeEach(async () => {
    csms = await TestCentralSystem.listen();
  });

  afterEach(async () => {
    for (const pile of piles) await pile.shutdown(0);
    piles = [];
    const ended = running();
    await ended.close();
    expect(ended.violations).toEqual([]);
  });

  return {
    get csms(): TestCentralSystem {
      return running();
    },

    /** Started, not yet connected. Nobody plugs in by himself. */
    pile(options: Partial<ChargePointOptions> = {}): ChargePoint {
      const pile = new ChargePoint({
        url: running().url,
        identity: '20001',
        key: 'a-key-of-this-pile',
        outlets: 2,
        ratedPowerW: 800,
        automaticRider: false,
        tickMs: 20,
        rebootMs: 30,
        maintenanceStepMs: 10,
        backoffMinMs: 20,
        backoffMaxMs: 60,
        ...options,
      });
      piles.push(pile);
      pile.start();
      return pile;
    },

    /** Registered, and every outlet shown. */
    async online(options: Partial<ChargePointOptions> = {}): Promise<ChargePoint> {
      const pile = this.pile(options);
      await running().until(
        'online',
        () => pile.online && running().statuses(options.outlets ?? 2).length > 0,
      );
      return pile;
    },

    /** A transaction runs on outlet 1, and the central system has given it the id 101. */
    async charging(options: Partial<ChargePointOptions> = {}): Promise<ChargePoint> {
      const pile = await this.online(options);
      pile.plug(1);
      await running().call('RemoteStartTransaction', { connectorId: 1, idTag: 'order-1' });
      await running().until('charging', () => pile.view().outlets[0]?.transaction?.transactionId === 101);
      await running().until('shown', () => running().statuses(1).at(-1) === 'Charging');
      return pile;
    },
  };
}

/** The energy register of a MeterValues payload, as the number that was sent. */
export function energyOf(payload: Record<string, unknown>): number {
  return Number(sampleOf(payload, 'Energy.Active.Import.Register')?.value);
}

export function sampleOf(
  payload: Record<string, unknown>,
  measurand: string,
): { value: string; unit: string; context: string } | undefined {
  type Sample = { measurand: string; value: string; unit: string; context: string };
  const [reading] = payload.meterValue as { sampledValue: Sample[] }[];
  return reading?.sampledValue.find((sample) => sample.measurand === measurand);
}
