import { env } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { openDatabase } from '../../database/open.ts';
import { chargeWithoutHold } from '../../domain/ledger/transactions.ts';
import { epochMs, fen } from '../../domain/units.ts';
import { call, fillWallet } from '../../tests/workers/city.ts';
import { signInRider } from '../../tests/workers/sign-in.ts';
import { orThrow } from '../api-error.ts';
import { postTransaction } from './service.ts';

test('a rider who owes for a late charge pays it from the wallet, once, and is free to charge again', async () => {
  const { token, id: riderId } = await signInRider();
  const db = openDatabase(env.DB);
  const parts = { electricityFen: fen(200), serviceFen: fen(100) };
  const late = orThrow(
    chargeWithoutHold({ riderId, orderId: `late-${riderId}`, walletFen: fen(0), ...parts }),
  );
  await postTransaction(db, late, epochMs(1));
  const pay = (key?: string) =>
    call('POST', '/v1/rider/wallet/pay-arrears', {
      token,
      ...(key === undefined ? {} : { headers: { 'Idempotency-Key': key } }),
    });

  expect(await pay()).toMatchObject({ status: 400, body: { error: { code: 'idempotency_key_required' } } });
  expect(await pay('nothing-to-pay-with')).toMatchObject({
    status: 422,
    body: { error: { code: 'insufficient_balance' } },
  });
  await fillWallet(riderId, 250);
  expect((await pay('first-part')).body).toEqual({ walletFen: 0, heldFen: 0, arrearsFen: 50 });
  await fillWallet(riderId, 500);
  expect((await pay('first-part')).body).toEqual({ walletFen: 500, heldFen: 0, arrearsFen: 50 });
  expect((await pay('second-part')).body).toEqual({ walletFen: 450, heldFen: 0, arrearsFen: 0 });
  expect((await pay('third-part')).body).toEqual({ walletFen: 450, heldFen: 0, arrearsFen: 0 });
});
