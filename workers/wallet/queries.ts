import { desc, eq } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { ledgerEntries } from '../../database/schema/ledger.ts';
import type { AccountId } from '../../domain/ledger/account.ts';
import { type Fen, fen } from '../../domain/units.ts';

/** An account's balance in fen: its newest line says it. */
export async function balanceOf(db: Database, account: AccountId): Promise<Fen> {
  const last = await db
    .select({ balanceFen: ledgerEntries.balanceAfterFen })
    .from(ledgerEntries)
    .where(eq(ledgerEntries.accountId, account))
    .orderBy(desc(ledgerEntries.seq))
    .limit(1)
    .get();
  return fen(last?.balanceFen ?? 0);
}
