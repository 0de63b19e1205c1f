import { describe, expect, it } from 'vitest';
import { chooseSubprotocol } from './subprotocol.ts';

const all = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'];

describe('chooseSubprotocol', () => {
  it.each([
    ['ocpp1.6', all, 'ocpp1.6'],
    ['ocpp1.6, ocpp2.0.1', all, 'ocpp2.0.1'],
    ['ocpp1.6,ocpp2.1,ocpp2.0.1', all, 'ocpp2.1'],
    ['ocpp2.1, ocpp1.6', ['ocpp1.6'], 'ocpp1.6'],
    ['ocpp1.5, ocpp1.6', all, 'ocpp1.6'],
    ['ocpp1.10, ocpp1.6', ['ocpp1.6', 'ocpp1.10'], 'ocpp1.10'],
    ['mqtt, ocpp1.6', ['mqtt', 'ocpp1.6'], 'ocpp1.6'],
    ['ocpp1.5', all, null],
    ['OCPP1.6', all, null],
    ['', all, null],
    [null, all, null],
    ['ocpp1.6', [], null],
  ])('%s of %j is %s', (offered, supported, chosen) => {
    expect(chooseSubprotocol(offered, supported)).toBe(chosen);
  });
});
