import type { Timers } from './timers.ts';

export interface MaintenanceOptions {
  readonly timers: Timers;
  /** Time between two steps of an upload or an update. */
  readonly stepMs: number;
  readonly now: () => number;
  readonly notify: (action: string, payload: object) => void;
  /** Restarts the machine into the new firmware; `done` runs when it is back. */
  readonly reboot: (firmwareVersion: string, done: () => void) => void;
}

type Step = readonly [status: string, effect?: () => void];

/** Uploads of logs and updates of firmware: the statuses a pile reports on the way (OCPP 1.6, 4.4, 4.5). */
export class Maintenance {
  readonly #options: MaintenanceOptions;
  #firmwareRun = 0;
  #logRun = 0;
  diagnosticsStatus = 'Idle';
  firmwareStatus = 'Idle';
  signedFirmware: { status: string; requestId?: number } = { status: 'Idle' };
  log: { status: string; requestId?: number } = { status: 'Idle' };

  constructor(options: MaintenanceOptions) {
    this.#options = options;
  }

  reportDiagnostics(): void {
    this.#options.notify('DiagnosticsStatusNotification', { status: this.diagnosticsStatus });
  }

  reportFirmware(): void {
    this.#options.notify('FirmwareStatusNotification', { status: this.firmwareStatus });
  }

  reportSignedFirmware(): void {
    this.#options.notify('SignedFirmwareStatusNotification', this.signedFirmware);
  }

  reportLog(): void {
    this.#options.notify('LogStatusNotification', this.log);
  }

  /** GetDiagnostics (5.9): an upload that ends well when the place can be an upload's target at all. */
  uploadDiagnostics(location: string): void {
    const say = (status: string) => {
      this.diagnosticsStatus = status;
      this.reportDiagnostics();
    };
    this.#run(
      [['Uploading'], [isTarget(location) ? 'Uploaded' : 'UploadFailed']],
      say,
      () => true,
      () => {
        this.diagnosticsStatus = 'Idle';
      },
    );
  }

  /** GetLog (security whitepaper 3.2). A newer request takes the place of one under way. */
  uploadLog(requestId: number, location: string): void {
    const run = ++this.#logRun;
    const say = (status: string) => {
      this.log = { status, requestId };
      this.reportLog();
    };
    const steps: Step[] = [['Uploading'], [isTarget(location) ? 'Uploaded' : 'UploadFailure']];
    this.#run(
      steps,
      say,
      () => run === this.#logRun,
      () => {
        this.log = { status: 'Idle' };
      },
    );
  }

  /** UpdateFirmware (5.19): fetches at `retrieveAt` epoch ms, installs, restarts. */
  updateFirmware(location: string, retrieveAt: number): void {
    const run = ++this.#firmwareRun;
    const say = (status: string) => {
      this.firmwareStatus = status;
      this.reportFirmware();
    };
    const steps: Step[] = isTarget(location)
      ? [
          ['Downloading'],
          ['Downloaded'],
          ['Installing', () => this.#reboot(location, () => this.#installed(say))],
        ]
      : [['Downloading'], ['DownloadFailed']];
    this.#at(retrieveAt, () => this.#run(steps, say, () => run === this.#firmwareRun));
  }

  /** SignedUpdateFirmware (security whitepaper 3.3). A newer request takes the place of one under way. */
  updateSignedFirmware(requestId: number, location: string, signature: string, retrieveAt: number): void {
    const run = ++this.#firmwareRun;
    const say = (status: string) => {
      this.signedFirmware = { status, requestId };
      this.reportSignedFirmware();
    };
    const reboot = () => this.#reboot(location, () => this.#installed(say));
    const signed = /^[A-Za-z0-9+/=\s]{8,}$/.test(signature);
    const verified: Step[] = signed
      ? [['SignatureVerified'], ['Installing'], ['InstallRebooting', reboot]]
      : [['InvalidSignature']];
    const steps: Step[] = isTarget(location)
      ? [['Downloading'], ['Downloaded'], ...verified]
      : [['Downloading'], ['DownloadFailed']];
    if (retrieveAt > this.#options.now()) say('DownloadScheduled');
    this.#at(retrieveAt, () => this.#run(steps, say, () => run === this.#firmwareRun));
  }

  #installed(say: (status: string) => void): void {
    say('Installed');
    this.firmwareStatus = 'Idle';
    this.signedFirmware = { status: 'Idle' };
  }

  #reboot(location: string, done: () => void): void {
    const version = /(\d+\.\d+(?:\.\d+)?)/.exec(new URL(location).pathname)?.[1];
    this.#options.timers.after(this.#options.stepMs, () => this.#options.reboot(version ?? '2.0.0', done));
  }

  #at(when: number, act: () => void): void {
    this.#options.timers.after(when - this.#options.now(), act);
  }

  #run(steps: readonly Step[], say: (status: string) => void, current: () => boolean, done = () => {}): void {
    const [step, ...later] = steps;
    if (!step || !current()) {
      done();
      return;
    }
    say(step[0]);
    step[1]?.();
    this.#options.timers.after(this.#options.stepMs, () => this.#run(later, say, current, done));
  }
}

function isTarget(location: string): boolean {
  return URL.canParse(location) && /^(https?|ftps?|sftp):$/.test(new URL(location).protocol);
}
