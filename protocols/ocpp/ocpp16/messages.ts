import type { OCPP16 } from 'typed-ocpp';

/** Action → what its request carries (OCPP 1.6 §6, and the security white paper). */
export interface Ocpp16Requests {
  readonly Authorize: OCPP16.AuthorizeRequest;
  readonly BootNotification: OCPP16.BootNotificationRequest;
  readonly CancelReservation: OCPP16.CancelReservationRequest;
  readonly CertificateSigned: OCPP16.CertificateSignedRequest;
  readonly ChangeAvailability: OCPP16.ChangeAvailabilityRequest;
  readonly ChangeConfiguration: OCPP16.ChangeConfigurationRequest;
  readonly ClearCache: OCPP16.ClearCacheRequest;
  readonly ClearChargingProfile: OCPP16.ClearChargingProfileRequest;
  readonly DataTransfer: OCPP16.DataTransferRequest;
  readonly DeleteCertificate: OCPP16.DeleteCertificateRequest;
  readonly DiagnosticsStatusNotification: OCPP16.DiagnosticsStatusNotificationRequest;
  readonly ExtendedTriggerMessage: OCPP16.ExtendedTriggerMessageRequest;
  readonly FirmwareStatusNotification: OCPP16.FirmwareStatusNotificationRequest;
  readonly GetCompositeSchedule: OCPP16.GetCompositeScheduleRequest;
  readonly GetConfiguration: OCPP16.GetConfigurationRequest;
  readonly GetDiagnostics: OCPP16.GetDiagnosticsRequest;
  readonly GetInstalledCertificateIds: OCPP16.GetInstalledCertificateIdsRequest;
  readonly GetLocalListVersion: OCPP16.GetLocalListVersionRequest;
  readonly GetLog: OCPP16.GetLogRequest;
  readonly Heartbeat: OCPP16.HeartbeatRequest;
  readonly InstallCertificate: OCPP16.InstallCertificateRequest;
  readonly LogStatusNotification: OCPP16.LogStatusNotificationRequest;
  readonly MeterValues: OCPP16.MeterValuesRequest;
  readonly RemoteStartTransaction: OCPP16.RemoteStartTransactionRequest;
  readonly RemoteStopTransaction: OCPP16.RemoteStopTransactionRequest;
  readonly ReserveNow: OCPP16.ReserveNowRequest;
  readonly Reset: OCPP16.ResetRequest;
  readonly SecurityEventNotification: OCPP16.SecurityEventNotificationRequest;
  readonly SendLocalList: OCPP16.SendLocalListRequest;
  readonly SetChargingProfile: OCPP16.SetChargingProfileRequest;
  readonly SignCertificate: OCPP16.SignCertificateRequest;
  readonly SignedFirmwareStatusNotification: OCPP16.SignedFirmwareStatusNotificationRequest;
  readonly SignedUpdateFirmware: OCPP16.SignedUpdateFirmwareRequest;
  readonly StartTransaction: OCPP16.StartTransactionRequest;
  readonly StatusNotification: OCPP16.StatusNotificationRequest;
  readonly StopTransaction: OCPP16.StopTransactionRequest;
  readonly TriggerMessage: OCPP16.TriggerMessageRequest;
  readonly UnlockConnector: OCPP16.UnlockConnectorRequest;
  readonly UpdateFirmware: OCPP16.UpdateFirmwareRequest;
}

/** Action → what its response carries. */
export interface Ocpp16Responses {
  readonly Authorize: OCPP16.AuthorizeResponse;
  readonly BootNotification: OCPP16.BootNotificationResponse;
  readonly CancelReservation: OCPP16.CancelReservationResponse;
  readonly CertificateSigned: OCPP16.CertificateSignedResponse;
  readonly ChangeAvailability: OCPP16.ChangeAvailabilityResponse;
  readonly ChangeConfiguration: OCPP16.ChangeConfigurationResponse;
  readonly ClearCache: OCPP16.ClearCacheResponse;
  readonly ClearChargingProfile: OCPP16.ClearChargingProfileResponse;
  readonly DataTransfer: OCPP16.DataTransferResponse;
  readonly DeleteCertificate: OCPP16.DeleteCertificateResponse;
  readonly DiagnosticsStatusNotification: OCPP16.DiagnosticsStatusNotificationResponse;
  readonly ExtendedTriggerMessage: OCPP16.ExtendedTriggerMessageResponse;
  readonly FirmwareStatusNotification: OCPP16.FirmwareStatusNotificationResponse;
  readonly GetCompositeSchedule: OCPP16.GetCompositeScheduleResponse;
  readonly GetConfiguration: OCPP16.GetConfigurationResponse;
  readonly GetDiagnostics: OCPP16.GetDiagnosticsResponse;
  readonly GetInstalledCertificateIds: OCPP16.GetInstalledCertificateIdsResponse;
  readonly GetLocalListVersion: OCPP16.GetLocalListVersionResponse;
  readonly GetLog: OCPP16.GetLogResponse;
  readonly Heartbeat: OCPP16.HeartbeatResponse;
  readonly InstallCertificate: OCPP16.InstallCertificateResponse;
  readonly LogStatusNotification: OCPP16.LogStatusNotificationResponse;
  readonly MeterValues: OCPP16.MeterValuesResponse;
  readonly RemoteStartTransaction: OCPP16.RemoteStartTransactionResponse;
  readonly RemoteStopTransaction: OCPP16.RemoteStopTransactionResponse;
  readonly ReserveNow: OCPP16.ReserveNowResponse;
  readonly Reset: OCPP16.ResetResponse;
  readonly SecurityEventNotification: OCPP16.SecurityEventNotificationResponse;
  readonly SendLocalList: OCPP16.SendLocalListResponse;
  readonly SetChargingProfile: OCPP16.SetChargingProfileResponse;
  readonly SignCertificate: OCPP16.SignCertificateResponse;
  readonly SignedFirmwareStatusNotification: OCPP16.SignedFirmwareStatusNotificationResponse;
  readonly SignedUpdateFirmware: OCPP16.SignedUpdateFirmwareResponse;
  readonly StartTransaction: OCPP16.StartTransactionResponse;
  readonly StatusNotification: OCPP16.StatusNotificationResponse;
  readonly StopTransaction: OCPP16.StopTransactionResponse;
  readonly TriggerMessage: OCPP16.TriggerMessageResponse;
  readonly UnlockConnector: OCPP16.UnlockConnectorResponse;
  readonly UpdateFirmware: OCPP16.UpdateFirmwareResponse;
}

export type Ocpp16Action = keyof Ocpp16Requests;
export type RequestOf<Action extends Ocpp16Action> = Ocpp16Requests[Action];
export type ResponseOf<Action extends Ocpp16Action> = Ocpp16Responses[Action];
