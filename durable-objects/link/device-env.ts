/** The bindings and settings every device's object needs. */
export interface DeviceEnv {
  readonly SETTLEMENT: Queue;
  readonly DEVICE_EVENTS: Queue;
  /** Seconds between a station's heartbeats; long, because protocol pings keep the socket for nothing. */
  readonly HEARTBEAT_INTERVAL_S?: string;
  /** Messages a second one socket may send for long, and at once. */
  readonly DEVICE_MESSAGES_PER_SECOND?: string;
  readonly DEVICE_MESSAGE_BURST?: string;
}
