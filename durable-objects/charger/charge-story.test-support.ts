import { expect } from 'vitest';
import type { TariffRules } from '../../domain/pricing/tariff.ts';
import { MINUTE } from '../../domain/units.ts';
import {
  ask,
  balanceOf,
  booksOf,
  buildCharger,
  call,
  fillWallet,
  type TestCharger,
} from '../../tests/workers/city.ts';
import { type SignedIn, signInRider } from '../../tests/workers/sign-in.ts';
import { eventually, TestPile } from '../../tests/workers/test-pile.ts';
import { alarmOf, evict, passTime, ringDueAlarms } from './clock.test-support.ts';

export const FIRST_REGISTER = 1_000;
export const WALLET = 10_000;

/** One telling of a story: its own charger, rider and pile. */
export interface Life {
  readonly charger: TestCharger;
  readonly rider: SignedIn;
  pile: TestPile;
  orderId: string;
  idTag: string;
  transactionId: number;
  /** What the rider was answered when starting. */
  startStatus: number;
  /** Things a step wants a later one to know. */
  readonly notes: Record<string, unknown>;
}

/** Minutes since the story began, and what happens then. */
export type Step = readonly [minute: number, act: (life: Life) => Promise<unknown>];

export interface Story {
  readonly rules?: TariffRules;
  readonly steps: readonly Step[];
  /** The books at the end, the same whatever memory was lost on the way. */
  readonly books: Readonly<Record<string, unknown>>;
  readonly walletFen: number;
  readonly arrearsFen?: number;
  /** Also lived once for every step, with memory lost after that step alone. */
  readonly everywhere?: boolean;
  /** What else has to be true of each life. */
  readonly also?: (life: Life) => Promise<void>;
}

type Forgets = (step: number) => boolean;

/** One telling under way: the story, which steps its charger forgets after, when its alarm rings, what went wrong. */
interface Telling {
  readonly story: Story;
  readonly life: Life;
  readonly forgets: Forgets;
  next: number;
  alarmAt: number | null;
  failure: unknown;
}

/** Stories on their way to their ends; {@link expectTold} looks at one of them. */
export type Told = ReadonlyMap<Story, readonly Telling[]>;

/**
 * Tells stories all at once, minute by minute, each to several chargers: one keeps its memory throughout, the others
 * lose it after every step, after the odd ones, after the even ones.
 */
export async function tellAll(stories: readonly Story[]): Promise<Told> {
  const told = new Map<Story, Telling[]>();
  await Promise.all(stories.map(async (story) => void told.set(story, await begun(story))));
  const tellings = [...told.values()].flat();
  const minutes = new Set(stories.flatMap(({ steps }) => steps.map(([minute]) => minute)));
  const from = Date.now();
  for (const minute of [...minutes].toSorted((left, right) => left - right)) {
    await passUntil(tellings, from + minute * MINUTE);
    await Promise.all(tellings.map((telling) => liveThrough(telling, minute)));
  }
  return told;
}

async function begun(story: Story): Promise<Telling[]> {
  const forgetting: Forgets[] = [() => false, () => true, (step) => step % 2 === 0, (step) => step % 2 === 1];
  const places = story.everywhere === true ? [...story.steps.keys()] : [];
  for (const place of places) forgetting.push((step) => step === place);
  return Promise.all(
    forgetting.map(async (forgets) => {
      const life = await newLife(story.rules);
      const alarmAt = await alarmOf(life.charger.chargerId);
      return { story, life, forgets, next: 0, alarmAt, failure: null };
    }),
  );
}

/** The steps of one minute, one after the other. */
async function liveThrough(telling: Telling, minute: number): Promise<void> {
  const { story, life, forgets } = telling;
  if (telling.failure !== null || story.steps[telling.next]?.[0] !== minute) return;
  try {
    for (;;) {
      const step = story.steps[telling.next];
      if (step?.[0] !== minute) break;
      await step[1](life);
      if (forgets(telling.next)) await evict(life.charger.chargerId);
      telling.next += 1;
    }
    telling.alarmAt = await alarmOf(life.charger.chargerId);
  } catch (error) {
    telling.failure = error;
  }
}

/** Moves the clock on, stopping for every alarm that falls due on the way. */
async function passUntil(tellings: readonly Telling[], until: number): Promise<void> {
  while (Date.now() < until) {
    const alarms = tellings.map(({ alarmAt }) => alarmAt).filter((at) => at !== null);
    passTime(Math.max(0, Math.min(until, ...alarms) - Date.now()));
    const due = tellings.filter(({ alarmAt }) => alarmAt !== null && alarmAt <= Date.now());
    await Promise.all(
      due.map(async (telling) => {
        await ringDueAlarms(telling.life.charger.chargerId);
        telling.alarmAt = await alarmOf(telling.life.charger.chargerId);
      }),
    );
  }
}

/** All tellings of a story have ended with the same books, once. */
export async function expectTold(told: Told, story: Story): Promise<void> {
  const tellings = told.get(story) ?? [];
  expect(tellings.length).toBeGreaterThanOrEqual(4);
  for (const [place, { life, failure }] of tellings.entries()) {
    if (failure !== null) throw failure;
    await expectEnded(life, story, `life ${place}`);
    await story.also?.(life);
  }
}

async function expectEnded({ orderId, rider, charger }: Life, story: Story, life: string): Promise<void> {
  await eventually(async () => {
    expect(await booksOf(orderId), life).toMatchObject({ holds: 0, ...story.books });
  });
  expect(await balanceOf(rider.id, 'wallet'), life).toBe(story.walletFen);
  expect(await balanceOf(rider.id, 'hold'), life).toBe(0);
  expect(await balanceOf(rider.id, 'arrears'), life).toBe(0 - (story.arrearsFen ?? 0));
  const { outlets, eventsWaiting } = await ask(charger.chargerId).snapshot();
  expect({ session: outlets[0]?.session, eventsWaiting }, life).toEqual({ session: null, eventsWaiting: 0 });
}

async function newLife(rules?: TariffRules): Promise<Life> {
  const charger = await buildCharger(rules === undefined ? {} : { rules });
  const rider = await signInRider();
  await fillWallet(rider.id, WALLET);
  const pile = await TestPile.connect(charger.dtuNumber);
  pile.answers = {};
  await pile.status(1, 'Available');
  return { charger, rider, pile, orderId: '', idTag: '', transactionId: 0, startStatus: 0, notes: {} };
}

// ---- steps ------------------------------------------------------------------------------------------------------

export const starts =
  (limit: object = { kind: 'full' }, holdFen?: number) =>
  async (life: Life) => {
    const { charger, rider } = life;
    const reply = await call('POST', '/v1/rider/charging-orders', {
      token: rider.token,
      headers: { 'Idempotency-Key': 'the-one-charge' },
      body: {
        outletId: `${charger.chargerId}-1`,
        limit,
        tariffVersionId: charger.tariffVersionId,
        ...(holdFen === undefined ? {} : { holdFen }),
      },
    });
    life.startStatus = reply.status;
    life.orderId = (reply.body as { id?: string }).id ?? '';
    life.idTag = life.orderId.slice(-20);
  };

export const answers =
  (action: string, payload: object, nth = 1) =>
  (life: Life) =>
    life.pile.answer(action, payload, nth);

export const accepts = answers('RemoteStartTransaction', { status: 'Accepted' });
export const acceptsStop = answers('RemoteStopTransaction', { status: 'Accepted' });

/** The device opens its transaction, dated now or at `at` minutes from now. */
export const begins =
  (options: { minutesAgo?: number; note?: string } = {}) =>
  async (life: Life) => {
    const [, , conf] = await life.pile.call('StartTransaction', {
      connectorId: 1,
      idTag: life.idTag,
      meterStart: FIRST_REGISTER,
      timestamp: new Date(Date.now() - (options.minutesAgo ?? 0) * MINUTE).toISOString(),
    });
    const { transactionId, idTagInfo } = conf as { transactionId: number; idTagInfo: { status: string } };
    life.transactionId = transactionId;
    if (options.note !== undefined) life.notes[options.note] = idTagInfo.status;
  };

/** A reading of now: so many Wh since the start, at so much power. */
export const reads =
  (energyWh: number, powerW: number, more: { celsius?: number; transactionId?: number } = {}) =>
  (life: Life) =>
    life.pile.meter(
      1,
      more.transactionId ?? life.transactionId,
      Date.now(),
      FIRST_REGISTER + energyWh,
      powerW,
      more.celsius,
    );

export const says = (status: string) => (life: Life) => life.pile.status(1, status);

export const riderStops = async ({ rider, orderId }: Life) => {
  const reply = await call('POST', `/v1/rider/charging-orders/${orderId}/stop`, { token: rider.token });
  expect(reply.status).toBe(202);
};

/** The device closes its transaction at so many Wh since the start. */
export const ends =
  (energyWh: number, reason?: string, options: { transactionId?: number; minutesAgo?: number } = {}) =>
  (life: Life) =>
    life.pile.call('StopTransaction', {
      transactionId: options.transactionId ?? life.transactionId,
      idTag: life.idTag,
      meterStop: FIRST_REGISTER + energyWh,
      timestamp: new Date(Date.now() - (options.minutesAgo ?? 0) * MINUTE).toISOString(),
      ...(reason === undefined ? {} : { reason }),
    });

export const loses = async (life: Life) => {
  life.pile.close();
  await life.pile.untilClosed();
  await eventually(async () =>
    expect(await ask(life.charger.chargerId).snapshot()).toMatchObject({ connected: false }),
  );
};

export const returns = async (life: Life) => {
  life.pile = await TestPile.connect(life.charger.dtuNumber);
  life.pile.answers = {};
};
