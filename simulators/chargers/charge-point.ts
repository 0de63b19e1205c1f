import { type Battery, secondsToFull } from './battery.ts';
import type { CallAnswer, Payload } from './call-channel.ts';
import { CertificateStore } from './certificates.ts';
import { Charging, type WhenFull } from './charging.ts';
import { ChargingProfiles } from './charging-profiles.ts';
import { Configuration } from './configuration.ts';
import { answerCsmsCall } from './csms-calls.ts';
import { securityEvent } from './csms-calls-security.ts';
import { type FaultOrder, type Faults, noFaults } from './faults.ts';
import { LocalList } from './local-list.ts';
import { Maintenance } from './maintenance.ts';
import { outletTemperatureC } from './meter-values.ts';
import type { ConnectorStatus } from './outlet.ts';
import type { Pile } from './pile.ts';
import { seededRandom } from './random.ts';
import { Timers } from './timers.ts';
import { TransactionQueue } from './transaction-queue.ts';
import { Uplink } from './uplink.ts';

export interface PileLogEntry {
  readonly identity: string;
  readonly kind: 'link' | 'frame-in' | 'frame-out';
  readonly text: string;
}

export interface ChargePointOptions {
  /** WebSocket base, such as ws://127.0.0.1:8787/ocpp; the identity is appended. */
  readonly url: string;
  readonly identity: string;
  readonly key: string;
  readonly outlets: number;
  /** Of one outlet. */
  readonly ratedPowerW: number;
  /** Seconds of battery time in one real second. Clocks and protocol intervals stay real. */
  readonly speed?: number;
  readonly seed?: string;
  readonly clock?: () => number;
  readonly whenFull?: WhenFull;
  /** Somebody plugs in after a remote start and comes back for the battery; true unless told. */
  readonly automaticRider?: boolean;
  readonly bootOnReconnect?: boolean;
  readonly tickMs?: number;
  readonly rebootMs?: number;
  readonly maintenanceStepMs?: number;
  readonly callTimeoutMs?: number;
  readonly backoffMinMs?: number;
  readonly backoffMaxMs?: number;
  readonly vendor?: string;
  readonly model?: string;
  readonly log?: (entry: PileLogEntry) => void;
}

/** One OCPP 1.6J charging pile on a real socket: starts with `start()`, ends with `shutdown()`. */
export class ChargePoint {
  readonly identity: string;
  readonly #options: ChargePointOptions;
  readonly #timers = new Timers();
  readonly #faults: Faults = noFaults();
  readonly #configuration: Configuration;
  readonly #localList = new LocalList();
  readonly #authorized = new Map<string, boolean>();
  readonly #uplink: Uplink;
  readonly #queue: TransactionQueue;
  readonly #charging: Charging;
  readonly #maintenance: Maintenance;
  readonly #pile: Pile;
  #pileOperative = true;
  #firmwareVersion = '1.4.2';
  #poweredUp = true;
  #afterBoot: (() => void) | undefined;
  #drained: (() => void) | undefined;
  #cancelAligned = () => {};

  constructor(options: ChargePointOptions) {
    this.identity = options.identity;
    this.#options = options;
    const random = seededRandom(options.seed ?? options.identity);
    const timers = this.#timers;
    const profiles = new ChargingProfiles();
    const now = () => this.#uplink.now() + this.#faults.clockSkewMs;
    const notify = (action: string, payload: object) => void this.#uplink.call(action, payload);
    const configuration = new Configuration(options.outlets, options.key, (key) => this.#configured(key));
    this.#configuration = configuration;

    this.#uplink = new Uplink({
      url: options.url,
      identity: options.identity,
      key: () => configuration.text('AuthorizationKey'),
      timing: {
        callTimeoutMs: options.callTimeoutMs ?? 30_000,
        backoffMinMs: options.backoffMinMs ?? 1000,
        backoffMaxMs: options.backoffMaxMs ?? 60_000,
      },
      random,
      clock: options.clock ?? Date.now,
      bootOnReconnect: options.bootOnReconnect ?? false,
      bootPayload: () => this.#bootPayload(),
      pingIntervalMs: () => configuration.integer('WebSocketPingInterval') * 1000,
      onCall: (action, payload) => this.#answer(action, payload),
      onOnline: (booted) => this.#online(booted),
      onHeartbeatInterval: (seconds) => configuration.change('HeartbeatInterval', String(seconds)),
      log: (kind, text) => options.log?.({ identity: options.identity, kind, text }),
    });
    this.#queue = new TransactionQueue({
      timers,
      isOnline: () => this.#uplink.online,
      send: (action, payload) => this.#sendTransactionMessage(action, payload),
      attempts: () => configuration.integer('TransactionMessageAttempts'),
      retryIntervalMs: () => configuration.integer('TransactionMessageRetryInterval') * 1000,
      onEmpty: () => this.#drained?.(),
    });
    this.#charging = new Charging({
      seed: options.seed ?? options.identity,
      outlets: options.outlets,
      ratedPowerW: options.ratedPowerW,
      speed: options.speed ?? 1,
      tickMs: options.tickMs ?? 1000,
      whenFull: options.whenFull ?? 'stop-other',
      automaticRider: options.automaticRider ?? true,
      random,
      timers,
      configuration,
      profiles,
      faults: () => this.#faults,
      now,
      isOnline: () => this.#uplink.online,
      enqueue: (message) => this.#queue.push(message),
      notify,
    });
    this.#maintenance = new Maintenance({
      timers,
      stepMs: options.maintenanceStepMs ?? 2000,
      now,
      notify,
      reboot: (firmwareVersion, done) => {
        this.#firmwareVersion = firmwareVersion;
        this.#afterBoot = done;
        this.#charging.stopAll('Reboot');
        this.#powerCycle();
      },
    });
    this.#pile = {
      identity: options.identity,
      vendor: options.vendor ?? 'Demo',
      faults: this.#faults,
      timers,
      configuration,
      charging: this.#charging,
      profiles,
      localList: this.#localList,
      certificates: new CertificateStore(),
      maintenance: this.#maintenance,
      uplink: this.#uplink,
      now,
      notify,
      authorize: (idTag) => this.#authorize(idTag),
      clearCache: () => this.#authorized.clear(),
      reset: (kind) => this.#reset(kind),
      showPile: () => this.#showPile(),
      setPileOperative: (operative) => {
        this.#pileOperative = operative;
        this.#showPile();
      },
    };
  }

  get online(): boolean {
    return this.#uplink.online;
  }

  get faults(): Readonly<Faults> {
    return this.#faults;
  }

  outletStatus(outletId: number): ConnectorStatus | undefined {
    return this.#charging.outlet(outletId)?.status;
  }

  start(): void {
    this.#uplink.start();
  }

  /** Ends running transactions as PowerLoss, gives their last messages up to `drainMs`, then goes away. */
  async shutdown(drainMs = 2000): Promise<void> {
    this.#charging.stopAll('PowerLoss');
    if (this.#uplink.online && this.#queue.length > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
        this.#timers.after(drainMs, resolve);
      });
    }
    this.#cancelAligned();
    this.#timers.close();
    this.#uplink.stop();
  }

  /** Plugs a battery in; undefined takes the next one of this pile's own row. */
  plug(outletId: number, battery?: Battery): 'plugged' | 'occupied' | 'unknown-outlet' {
    const outlet = this.#charging.outlet(outletId);
    if (!outlet) return 'unknown-outlet';
    return this.#charging.plug(outlet, battery ?? this.#charging.nextBattery()) ? 'plugged' : 'occupied';
  }

  unplug(outletId: number): 'unplugged' | 'empty' | 'unknown-outlet' {
    const outlet = this.#charging.outlet(outletId);
    if (!outlet) return 'unknown-outlet';
    return this.#charging.unplug(outlet) ? 'unplugged' : 'empty';
  }

  /** A rider holds a card to the pile: starts a transaction, or ends the one this card started. */
  async tapCard(outletId: number, idTag: string): Promise<'started' | 'stopped' | 'refused'> {
    const outlet = this.#charging.outlet(outletId);
    if (outlet?.errorCode !== 'NoError' || !outlet.operative) return 'refused';
    if (outlet.transaction) {
      if (outlet.transaction.idTag !== idTag) return 'refused';
      this.#charging.stop(outlet, 'Local', idTag);
      return 'stopped';
    }
    if (outlet.reservation && outlet.reservation.idTag !== idTag) return 'refused';
    if (!(await this.#authorize(idTag)) || outlet.transaction) return 'refused';
    this.#charging.startOrAwait(outlet, idTag);
    return 'started';
  }

  /** Sets switches, and does at once what happens once. */
  setFaults(order: FaultOrder): void {
    const { dropSocket, meterReset, ghostSocket, ...switches } = order;
    Object.assign(this.#faults, switches);
    if (meterReset) for (const outlet of this.#charging.outlets) outlet.resetMeter();
    this.#charging.applyFaults();
    if (dropSocket !== undefined) this.#uplink.drop(dropSocket * 1000);
    if (ghostSocket) this.#uplink.haunt();
  }

  /** What somebody standing in front of the pile could see, for the control server and for tests. */
  view() {
    this.#charging.advance();
    return {
      identity: this.identity,
      link: this.#uplink.state,
      firmwareVersion: this.#firmwareVersion,
      operative: this.#pileOperative,
      waitingMessages: this.#queue.length,
      faults: { ...this.#faults },
      outlets: this.#charging.outlets.map((outlet) => ({
        id: outlet.id,
        status: outlet.status,
        errorCode: outlet.errorCode,
        meterWh: outlet.meterWh,
        powerW: Math.round(outlet.powerW),
        temperatureC: Math.round(outletTemperatureC(outlet, this.#faults)),
        battery: outlet.battery && {
          model: outlet.battery.model.name,
          soc: Number(outlet.battery.soc.toFixed(4)),
          temperatureC: Math.round(outlet.battery.temperatureC),
          secondsToFull: Math.round(secondsToFull(outlet.battery)),
        },
        transaction: outlet.transaction && {
          transactionId: outlet.transaction.transactionId ?? -1,
          idTag: outlet.transaction.idTag,
          startedAt: outlet.transaction.startedAt,
          energyWh: outlet.meterWh - outlet.transaction.meterStartWh,
        },
        reservationId: outlet.reservation?.reservationId,
      })),
    };
  }

  #bootPayload(): object {
    const { vendor, model, identity } = this.#options;
    return {
      chargePointVendor: (vendor ?? 'Demo').slice(0, 20),
      chargePointModel: (model ?? `EB-${this.#options.outlets}`).slice(0, 20),
      chargePointSerialNumber: identity.slice(0, 25),
      firmwareVersion: this.#firmwareVersion,
      meterType: 'DDS-1P',
    };
  }

  #online(booted: boolean): void {
    if (booted && this.#poweredUp) {
      this.#poweredUp = false;
      securityEvent(this.#pile, 'StartupOfTheDevice');
    }
    this.#showPile();
    for (const outlet of this.#charging.outlets) this.#charging.show(outlet, true);
    this.#queue.retryNow();
    const afterBoot = this.#afterBoot;
    this.#afterBoot = undefined;
    afterBoot?.();
  }

  #showPile(): void {
    this.#pile.notify('StatusNotification', {
      connectorId: 0,
      errorCode: 'NoError',
      status: this.#pileOperative ? 'Available' : 'Unavailable',
      timestamp: new Date(this.#pile.now()).toISOString(),
    });
  }

  #answer(action: string, payload: Payload): CallAnswer | undefined {
    return this.#faults.neverAnswer ? undefined : answerCsmsCall(this.#pile, action, payload);
  }

  async #sendTransactionMessage(action: string, payload: object) {
    const copies = this.#faults.duplicateMessages === 'same-id' ? 2 : 1;
    const outcome = await this.#uplink.call(action, payload, copies);
    if (outcome.kind === 'result' && this.#faults.duplicateMessages === 'new-id') {
      await this.#uplink.call(action, payload);
    }
    return outcome;
  }

  /** Local list, then the cache while offline, then the central system (OCPP 1.6, 3.4 and 3.5). */
  async #authorize(idTag: string): Promise<boolean> {
    const configuration = this.#configuration;
    const listed = configuration.flag('LocalAuthListEnabled')
      ? this.#localList.accepts(idTag, this.#pile.now())
      : undefined;
    if (listed && configuration.flag('LocalPreAuthorize')) return true;
    if (this.#uplink.online) {
      const outcome = await this.#uplink.call('Authorize', { idTag });
      if (outcome.kind === 'result') {
        const info = outcome.payload.idTagInfo;
        const accepted =
          typeof info === 'object' && info !== null && 'status' in info && info.status === 'Accepted';
        if (configuration.flag('AuthorizationCacheEnabled')) this.#authorized.set(idTag, accepted);
        return accepted;
      }
    }
    if (!configuration.flag('LocalAuthorizeOffline')) return false;
    const known = listed ?? this.#authorized.get(idTag);
    return known ?? configuration.flag('AllowOfflineTxForUnknownId');
  }

  /** A soft reset first says goodbye to its transactions; a hard one tells of them after it is back. */
  #reset(kind: 'Hard' | 'Soft'): void {
    if (kind === 'Hard') {
      this.#powerCycle();
      this.#charging.stopAll('HardReset');
      return;
    }
    this.#charging.stopAll('SoftReset');
    if (this.#queue.length === 0) {
      this.#powerCycle();
      return;
    }
    const go = () => {
      if (!this.#drained) return;
      this.#drained = undefined;
      this.#powerCycle();
    };
    this.#drained = go;
    this.#timers.after(10_000, go);
  }

  #powerCycle(): void {
    this.#poweredUp = true;
    this.#uplink.restart(this.#options.rebootMs ?? 3000);
  }

  #configured(key: string): void {
    if (key === 'HeartbeatInterval') this.#uplink.setHeartbeat(this.#configuration.integer(key));
    if (key === 'ClockAlignedDataInterval') this.#planAligned();
  }

  #planAligned(): void {
    this.#cancelAligned();
    const every = this.#configuration.integer('ClockAlignedDataInterval') * 1000;
    if (every === 0) return;
    this.#cancelAligned = this.#timers.after(every - (this.#pile.now() % every), () => {
      for (const outlet of this.#charging.outlets) this.#charging.report(outlet, 'Sample.Clock');
      this.#planAligned();
    });
  }
}
