import type { CentiFen, DurationMs, EpochMs, Wh } from '../units.ts';
import { centiFen, durationMs, HOUR, wh } from '../units.ts';
import { apportion } from './exact-division.ts';
import { insideWindow, timeInsideWindow } from './shanghai-time.ts';
import type { DayWindow, TariffRules } from './tariff.ts';

/** What a price is multiplied with: energy (rate per kWh), time (rate per hour), or the order as a whole. */
export type ChargeUnit = 'Wh' | 'ms' | 'order';

/**
 * One priced row of a tariff: a period, a power tier, or the single row of a flat price. Usage is counted by slot
 * index, and both the quote and the bill read their rates here, so what is shown is what is billed.
 */
export interface PriceSlot {
  readonly index: number;
  /** The period's label, `≤200W` / `>400W` for a tier, `session` for a flat price. */
  readonly label: string;
  readonly unit: ChargeUnit;
  /** Per kWh, per hour or per order, after the regulated ceiling where that is a price per kWh. */
  readonly electricityCentiFen: CentiFen;
  readonly serviceCentiFen: CentiFen;
  readonly window: DayWindow | null;
  readonly uptoWatt: number | null;
}

/** The rows of a tariff in the order they are counted in. */
export function priceSlots(tariff: TariffRules): PriceSlot[] {
  switch (tariff.kind) {
    case 'energy': {
      const ceiling = tariff.residentialCap?.electricityCentiFenPerKwh ?? null;
      return tariff.periods.map((period, index) => ({
        index,
        label: period.label,
        unit: 'Wh',
        electricityCentiFen:
          ceiling === null
            ? period.electricityCentiFenPerKwh
            : centiFen(Math.min(period.electricityCentiFenPerKwh, ceiling)),
        serviceCentiFen: period.serviceCentiFenPerKwh,
        window: { fromMinute: period.fromMinute, toMinute: period.toMinute },
        uptoWatt: null,
      }));
    }
    case 'time':
      return tariff.periods.map((period, index) => ({
        index,
        label: period.label,
        unit: 'ms',
        electricityCentiFen: period.electricityCentiFenPerHour,
        serviceCentiFen: period.serviceCentiFenPerHour,
        window: { fromMinute: period.fromMinute, toMinute: period.toMinute },
        uptoWatt: null,
      }));
    case 'power-tier':
      return tariff.tiers.map((tier, index) => ({
        index,
        label: tier.uptoWatt === null ? `>${tariff.tiers[index - 1]?.uptoWatt ?? 0}W` : `≤${tier.uptoWatt}W`,
        unit: 'ms',
        electricityCentiFen: tier.electricityCentiFenPerHour,
        serviceCentiFen: tier.serviceCentiFenPerHour,
        window: null,
        uptoWatt: tier.uptoWatt,
      }));
    case 'session':
      return [
        {
          index: 0,
          label: 'session',
          unit: 'order',
          electricityCentiFen: centiFen(tariff.electricityFen * 100),
          serviceCentiFen: centiFen(tariff.serviceFen * 100),
          window: null,
          uptoWatt: null,
        },
      ];
  }
}

/** The index of the period a moment belongs to, or null where the price does not depend on the time of day. */
export function currentSlot(tariff: TariffRules, at: EpochMs): number | null {
  if (tariff.kind === 'session') return 0;
  if (tariff.kind === 'power-tier') return null;
  const index = tariff.periods.findIndex((period) => insideWindow(period, at));
  return index < 0 ? null : index;
}

/** Time and energy of one stretch between two readings, by slot; both sum to what went in. */
export interface SlotAmounts {
  readonly ms: readonly DurationMs[];
  readonly wh: readonly Wh[];
}

/**
 * Divides a stretch `from..to` and the energy drawn in it among the slots: by the periods' share of the time
 * (Shanghai), or into the one tier its average power lies in. A stretch without length has no average power:
 * its energy is booked in the period of the moment, or in the first tier, where energy carries no price.
 */
export function divideAmongSlots(
  tariff: TariffRules,
  stretch: { readonly from: EpochMs; readonly to: EpochMs; readonly energyWh: Wh },
): SlotAmounts {
  const { from, to, energyWh } = stretch;
  if (tariff.kind === 'energy' || tariff.kind === 'time') {
    const ms = tariff.periods.map((period) => timeInsideWindow(period, from, to));
    if (from < to) return { ms, wh: apportion(energyWh, ms).map(wh) };
    return { ms, wh: onlySlot(tariff.periods.length, currentSlot(tariff, to) ?? 0, energyWh).map(wh) };
  }
  const length = tariff.kind === 'session' ? 1 : tariff.tiers.length;
  const slot = tariff.kind === 'session' || from === to ? 0 : tierOf(tariff.tiers, energyWh, to - from);
  return {
    ms: onlySlot(length, slot, to - from).map(durationMs),
    wh: onlySlot(length, slot, energyWh).map(wh),
  };
}

function tierOf(tiers: readonly { uptoWatt: number | null }[], energyWh: number, ms: number): number {
  const index = tiers.findIndex(
    (tier) => tier.uptoWatt === null || BigInt(energyWh) * BigInt(HOUR) <= BigInt(tier.uptoWatt) * BigInt(ms),
  );
  return index < 0 ? tiers.length - 1 : index;
}

function onlySlot(length: number, slot: number, amount: number): number[] {
  return Array.from({ length }, (_, index) => (index === slot ? amount : 0));
}
