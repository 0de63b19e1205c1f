import { expect, it } from 'vitest';
import type { EpochMs } from '../units.ts';
import { epochMs } from '../units.ts';
import { effectiveVersion } from './effective-version.ts';
import { sessionTariff } from './sample-tariffs.test-support.ts';
import type { TariffVersion } from './tariff.ts';

const version = (id: string, from: number): TariffVersion => ({
  id,
  effectiveFrom: epochMs(from),
  rules: sessionTariff(),
});
const versions = [
  version('spring', 1000),
  version('autumn', 3000),
  version('summer', 2000),
  version('fixed', 2000),
];
const idAt = (at: EpochMs) => effectiveVersion(versions, at)?.id;

it('the newest version that has begun is in force; later ones wait for their date', () => {
  expect(effectiveVersion(versions, epochMs(999))).toBeNull();
  expect(idAt(epochMs(1000))).toBe('spring');
  expect(idAt(epochMs(1999))).toBe('spring');
  expect(idAt(epochMs(2999))).toBe('fixed');
  expect(idAt(epochMs(3000))).toBe('autumn');
});
