import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyTariff } from '../pricing/arbitraries.test-support.ts';
import { DAY, epochMs, fen, HOUR, MINUTE, SECOND } from '../units.ts';
import { anyStep } from './mischief.test-support.ts';
import { MischiefRun } from './mischief-run.test-support.ts';
import { Pile } from './pile.test-support.ts';
import { reduceCharger } from './reduce-charger.ts';

/** Twelve hours at most, a day for an unanswered stop, an hour to be sure. */
const EVERYTHING_DECIDED = 12 * HOUR + DAY + HOUR;

const outlets = fc.integer({ min: 1, max: 3 });

describe('whatever happens to a pile', () => {
  it('every order that was accepted ends once, and nothing is held for ever (M2, M3, D1, D2, D6)', () => {
    fc.assert(
      fc.property(outlets, fc.array(anyStep(), { minLength: 30, maxLength: 80 }), (count, steps) => {
        const run = new MischiefRun(count);
        for (const step of steps) run.step(step);
        run.wakeUps = 0;
        run.wait(EVERYTHING_DECIDED);
        expect(run.state.sessions).toEqual({});
        expect(run.state.strays).toEqual([]);
        expect(run.wakeUps).toBeLessThan(600);
        for (const orderId of run.accepted.keys()) {
          const legal = run.abandoned.has(orderId)
            ? ['', 'failed', 'started', 'failed started', 'started ended', 'failed started ended-late']
            : ['failed', 'started ended', 'failed started ended-late'];
          expect(legal).toContain(run.life(orderId));
        }
        const billed = run.told('charging.ended').map((event) => String(event.transactionId));
        const kept = run.told('charging.quarantined').map((event) => event.id);
        expect(new Set([...billed, ...kept.filter((id) => !id.startsWith('unknown:'))]).size).toBe(
          billed.length + kept.filter((id) => !id.startsWith('unknown:')).length,
        );
        run.checkCommands();
      }),
      { numRuns: 250 },
    );
  });

  it('its state stays small', () => {
    fc.assert(
      fc.property(fc.array(anyStep(), { minLength: 1500, maxLength: 2000, size: 'max' }), (steps) => {
        const run = new MischiefRun(3);
        for (const step of steps) run.step(step);
        expect(run.largest).toBeLessThan(200_000);
        run.checkCommands();
      }),
      { numRuns: 2, endOnFailure: true },
    );
  });
});

describe('an honest pile on a bad line', () => {
  const reading = fc.record({
    seconds: fc.integer({ min: 1, max: 15 * 60 }),
    powerW: fc.integer({ min: 30, max: 1100 }),
    fate: fc.constantFrom('arrives', 'arrives', 'arrives', 'lost', 'twice', 'late'),
    crash: fc.integer({ min: 0, max: 9 }),
  });

  it('is billed every Wh it delivered and no other, by its own times', () => {
    fc.assert(
      fc.property(anyTariff, fc.array(reading, { maxLength: 40 }), fc.integer(), (rules, minutes, ahead) => {
        const pile = Pile.online();
        pile.clockAheadMs = ahead % (100 * SECOND);
        pile.wants('A', { rules, holdFen: fen(1_000_000) });
        pile.begins();
        const began = pile.now;
        let committed = pile.state;
        let wattMs = 0;
        let late: (() => void) | undefined;
        for (const { seconds, powerW, fate, crash } of minutes) {
          pile.now = epochMs(pile.now + seconds * SECOND);
          wattMs += powerW * seconds * SECOND;
          const report = {
            outletNo: 1,
            transactionId: 1,
            readings: [{ at: pile.deviceTime, energyWh: 50_000 + Math.floor(wattMs / HOUR), powerW }],
          };
          const hears = () => {
            const outcome = reduceCharger(pile.state, { type: 'readings', report }, 'c', pile.now);
            pile.state = outcome.state;
            if (outcome.durable) committed = outcome.state;
          };
          const before = late;
          late = fate === 'late' ? hears : undefined;
          if (fate === 'arrives' || fate === 'twice') hears();
          if (fate === 'twice') hears();
          before?.();
          if (crash === 0) pile.state = JSON.parse(JSON.stringify(committed));
        }
        pile.now = epochMs(pile.now + MINUTE);
        pile.ends(50_000 + Math.floor(wattMs / HOUR), { reason: 'EVDisconnected' });
        expect(pile.ended.usage.energyWh).toBe(Math.floor(wattMs / HOUR));
        expect(pile.ended.startedAt).toBeGreaterThanOrEqual(began - 100 * SECOND);
        const { usage } = pile.ended;
        const time = usage.ms.reduce((sum, part) => sum + part, 0) + usage.idleMs;
        expect(time).toBe(pile.ended.endedAt - pile.ended.startedAt);
        expect(pile.attention).not.toContain('meter-jump');
        expect(pile.attention).not.toContain('meter-reset');
      }),
      { numRuns: 200 },
    );
  });
});
