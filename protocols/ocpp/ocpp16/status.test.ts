import { describe, expect, it } from 'vitest';
import {
  CHARGE_POINT_ERROR_CODES,
  CHARGE_POINT_STATUSES,
  isInTransaction,
  isMainControllerStatus,
  isOccupied,
  isOperative,
  isRegularStop,
  isStartable,
  isWarning,
  STOP_REASONS,
} from './status.ts';
import { validateRequest } from './validate.ts';

describe('status lists', () => {
  it('are the ones of the schemas', () => {
    for (const status of CHARGE_POINT_STATUSES) {
      for (const errorCode of CHARGE_POINT_ERROR_CODES) {
        expect(validateRequest('StatusNotification', { connectorId: 1, errorCode, status }).ok).toBe(true);
      }
    }
    for (const reason of STOP_REASONS) {
      const stop = { transactionId: 1, meterStop: 1, timestamp: '2026-03-01T08:30:00Z', reason };
      expect(validateRequest('StopTransaction', stop).ok).toBe(true);
    }
    expect(CHARGE_POINT_STATUSES).toHaveLength(9);
    expect(CHARGE_POINT_ERROR_CODES).toHaveLength(16);
    expect(STOP_REASONS).toHaveLength(11);
  });

  it('sort the states of a connector', () => {
    expect(CHARGE_POINT_STATUSES.filter((status) => !isOperative(status))).toEqual([
      'Unavailable',
      'Faulted',
    ]);
    expect(CHARGE_POINT_STATUSES.filter(isMainControllerStatus)).toEqual([
      'Available',
      'Unavailable',
      'Faulted',
    ]);
    expect(CHARGE_POINT_STATUSES.filter(isStartable)).toEqual(['Available', 'Preparing']);
    expect(CHARGE_POINT_STATUSES.filter(isInTransaction)).toEqual([
      'Charging',
      'SuspendedEVSE',
      'SuspendedEV',
    ]);
    expect(CHARGE_POINT_STATUSES.filter(isOccupied)).toEqual([
      'Preparing',
      'Charging',
      'SuspendedEVSE',
      'SuspendedEV',
      'Finishing',
    ]);
    expect(STOP_REASONS.filter(isRegularStop)).toEqual(['Local', 'Remote']);
  });

  it('tells a warning from a fault', () => {
    expect(isWarning('Charging', 'WeakSignal')).toBe(true);
    expect(isWarning('Faulted', 'GroundFailure')).toBe(false);
    expect(isWarning('Available', 'NoError')).toBe(false);
  });
});
