import type { CallAnswer, Payload } from './call-channel.ts';
import { certificateSigningRequest, isCurrentCertificate } from './certificates.ts';
import { triggeredOutlets, triggerMeterValues, triggerStatus } from './csms-calls-core.ts';
import { integer, object, optionalInteger, text, time } from './payload-readers.ts';
import type { Pile } from './pile.ts';

type Handler = (pile: Pile, payload: Payload) => CallAnswer;
const status = (value: string, after?: () => void): CallAnswer =>
  after ? { response: { status: value }, after } : { response: { status: value } };

/** The security extension of OCPP 1.6: logs, signed firmware, certificates. */
export const securityCalls: Record<string, Handler> = {
  ExtendedTriggerMessage(pile, payload) {
    const outlets = triggeredOutlets(pile, optionalInteger(payload, 'connectorId'));
    if (!outlets) return status('Rejected');
    const { maintenance, uplink } = pile;
    switch (text(payload, 'requestedMessage')) {
      case 'BootNotification':
        return status('Accepted', () => uplink.registerAgain());
      case 'Heartbeat':
        return status('Accepted', () => void uplink.beat());
      case 'LogStatusNotification':
        return status('Accepted', () => maintenance.reportLog());
      case 'FirmwareStatusNotification':
        return status('Accepted', () => maintenance.reportSignedFirmware());
      case 'MeterValues':
        return status('Accepted', () => triggerMeterValues(pile, outlets));
      case 'StatusNotification':
        return status('Accepted', () => triggerStatus(pile, outlets, payload.connectorId));
      case 'SignChargePointCertificate':
        return status('Accepted', () => {
          const organisation = pile.configuration.text('CpoName') || pile.vendor;
          pile.notify('SignCertificate', { csr: certificateSigningRequest(pile.identity, organisation) });
        });
      default:
        return status('NotImplemented');
    }
  },

  GetLog(pile, payload) {
    const type = text(payload, 'logType');
    const requestId = integer(payload, 'requestId');
    const location = text(object(payload, 'log'), 'remoteLocation');
    const filename = `${pile.identity}-${type}-${requestId}.log`;
    const cancelled = pile.maintenance.log.status === 'Uploading';
    return {
      response: { status: cancelled ? 'AcceptedCanceled' : 'Accepted', filename },
      after: () => pile.maintenance.uploadLog(requestId, location),
    };
  },

  SignedUpdateFirmware(pile, payload) {
    const requestId = integer(payload, 'requestId');
    const firmware = object(payload, 'firmware');
    const location = text(firmware, 'location');
    const retrieveAt = time(firmware, 'retrieveDateTime');
    const signature = text(firmware, 'signature');
    if (!isCurrentCertificate(text(firmware, 'signingCertificate'), pile.now())) {
      return status('InvalidCertificate', () => securityEvent(pile, 'InvalidFirmwareSigningCertificate'));
    }
    const cancels = ['DownloadScheduled', 'Downloading', 'Downloaded'].includes(
      pile.maintenance.signedFirmware.status,
    );
    return status(cancels ? 'AcceptedCanceled' : 'Accepted', () =>
      pile.maintenance.updateSignedFirmware(requestId, location, signature, retrieveAt),
    );
  },

  InstallCertificate(pile, payload) {
    const use = text(payload, 'certificateType');
    return status(pile.certificates.install(use, text(payload, 'certificate'), pile.now()));
  },

  GetInstalledCertificateIds(pile, payload) {
    const certificateHashData = pile.certificates.list(text(payload, 'certificateType'));
    if (certificateHashData.length === 0) return status('NotFound');
    return { response: { status: 'Accepted', certificateHashData } };
  },

  DeleteCertificate(pile, payload) {
    return status(pile.certificates.delete(object(payload, 'certificateHashData')));
  },

  CertificateSigned(pile, payload) {
    if (isCurrentCertificate(text(payload, 'certificateChain'), pile.now())) return status('Accepted');
    return status('Rejected', () => securityEvent(pile, 'InvalidChargePointCertificate'));
  },
};

/** SecurityEventNotification (security whitepaper 3.1). */
export function securityEvent(pile: Pick<Pile, 'notify' | 'now'>, type: string): void {
  pile.notify('SecurityEventNotification', { type, timestamp: new Date(pile.now()).toISOString() });
}
