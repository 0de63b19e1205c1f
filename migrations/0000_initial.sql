CREATE TABLE `bills` (
	`order_id` text PRIMARY KEY NOT NULL,
	`total_fen` integer NOT NULL,
	`electricity_fen` integer NOT NULL,
	`service_fen` integer NOT NULL,
	`idle_fen` integer NOT NULL,
	`discount_fen` integer NOT NULL,
	`waived_fen` integer NOT NULL,
	`energy_wh` integer NOT NULL,
	`duration_ms` integer NOT NULL,
	`lines` text NOT NULL,
	`curve` text NOT NULL,
	`refunded_electricity_fen` integer DEFAULT 0 NOT NULL,
	`refunded_service_fen` integer DEFAULT 0 NOT NULL,
	`issued_at` integer NOT NULL,
	CONSTRAINT "electricity_refund_within_bill" CHECK("bills"."refunded_electricity_fen" <= "bills"."electricity_fen"),
	CONSTRAINT "service_refund_within_bill" CHECK("bills"."refunded_service_fen" <= "bills"."service_fen" + "bills"."idle_fen")
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `charging_orders` (
	`id` text PRIMARY KEY NOT NULL,
	`rider_id` text NOT NULL,
	`site_id` text NOT NULL,
	`charger_id` text NOT NULL,
	`outlet_no` integer NOT NULL,
	`state` text NOT NULL,
	`limit` text NOT NULL,
	`tariff` text NOT NULL,
	`hold_fen` integer NOT NULL,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`ended_at` integer,
	`end_reason` text,
	`energy_wh` integer,
	`total_fen` integer,
	`attention` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `charging_orders_rider` ON `charging_orders` (`rider_id`,`id`);--> statement-breakpoint
CREATE INDEX `charging_orders_site` ON `charging_orders` (`site_id`,`id`);--> statement-breakpoint
CREATE TABLE `incidents` (
	`id` text PRIMARY KEY NOT NULL,
	`queue` text NOT NULL,
	`message` text NOT NULL,
	`error` text NOT NULL,
	`state` text DEFAULT 'open' NOT NULL,
	`created_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `incidents_state` ON `incidents` (`state`,`id`);--> statement-breakpoint
CREATE TABLE `quarantined_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`charger_id` text NOT NULL,
	`site_id` text NOT NULL,
	`outlet_no` integer NOT NULL,
	`id_tag` text NOT NULL,
	`order_id` text,
	`started_at` integer NOT NULL,
	`ended_at` integer NOT NULL,
	`energy_wh` integer NOT NULL,
	`reason` text NOT NULL,
	`evidence` text NOT NULL,
	`state` text DEFAULT 'open' NOT NULL,
	`resolution` text,
	`created_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `quarantined_sessions_state` ON `quarantined_sessions` (`state`,`id`);--> statement-breakpoint
CREATE TABLE `alarms` (
	`id` text PRIMARY KEY NOT NULL,
	`charger_id` text NOT NULL,
	`site_id` text NOT NULL,
	`outlet_no` integer,
	`kind` text NOT NULL,
	`severity` text NOT NULL,
	`detail` text NOT NULL,
	`at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `alarms_site` ON `alarms` (`site_id`,`id`);--> statement-breakpoint
CREATE TABLE `bdts` (
	`id` text PRIMARY KEY NOT NULL,
	`serial` text NOT NULL,
	`vendor` text NOT NULL,
	`firmware` text NOT NULL,
	`status` text DEFAULT 'stock' NOT NULL,
	`created_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `bdts_serial_unique` ON `bdts` (`serial`);--> statement-breakpoint
CREATE TABLE `chargers` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`serial` text NOT NULL,
	`model_id` text NOT NULL,
	`site_id` text NOT NULL,
	`tariff_id` text,
	`outlets` integer NOT NULL,
	`status` text DEFAULT 'active' NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`online` integer DEFAULT false NOT NULL,
	`outlet_states` text NOT NULL,
	`outlets_free` integer DEFAULT 0 NOT NULL,
	`projection_seq` integer DEFAULT 0 NOT NULL,
	`projected_at` integer DEFAULT 0 NOT NULL,
	`firmware` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `chargers_serial_unique` ON `chargers` (`serial`);--> statement-breakpoint
CREATE INDEX `chargers_site` ON `chargers` (`site_id`,`id`);--> statement-breakpoint
CREATE TABLE `device_models` (
	`id` text PRIMARY KEY NOT NULL,
	`type_id` text NOT NULL,
	`vendor` text NOT NULL,
	`name` text NOT NULL,
	`protocol` text NOT NULL,
	`outlets` integer NOT NULL,
	`rated_power_w` integer NOT NULL,
	`max_temperature_deci_c` integer NOT NULL,
	`max_session_minutes` integer NOT NULL,
	`created_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `device_types` (
	`id` text PRIMARY KEY NOT NULL,
	`code` text NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `device_types_code_unique` ON `device_types` (`code`);--> statement-breakpoint
CREATE TABLE `dtu_bindings` (
	`id` text PRIMARY KEY NOT NULL,
	`dtu_number` integer NOT NULL,
	`charger_id` text NOT NULL,
	`bound_at` integer NOT NULL,
	`unbound_at` integer,
	`reason` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `dtu_bindings_charger` ON `dtu_bindings` (`charger_id`,`id`);--> statement-breakpoint
CREATE INDEX `dtu_bindings_dtu` ON `dtu_bindings` (`dtu_number`,`id`);--> statement-breakpoint
CREATE TABLE `dtus` (
	`number` integer PRIMARY KEY NOT NULL,
	`key_salt` text NOT NULL,
	`key_hash` text NOT NULL,
	`status` text DEFAULT 'stock' NOT NULL,
	`charger_id` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `dtus_charger` ON `dtus` (`charger_id`);--> statement-breakpoint
CREATE TABLE `network_numbers` (
	`number` integer PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`origin` text NOT NULL,
	`batch_id` text NOT NULL,
	`allocated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `network_numbers_kind` ON `network_numbers` (`kind`,`number`);--> statement-breakpoint
CREATE TABLE `sites` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`address` text NOT NULL,
	`lat_e6` integer NOT NULL,
	`lng_e6` integer NOT NULL,
	`cell` integer NOT NULL,
	`region` text NOT NULL,
	`opening_hours` text NOT NULL,
	`phone` text NOT NULL,
	`photos` text NOT NULL,
	`tariff_id` text NOT NULL,
	`agent_id` text,
	`status` text DEFAULT 'open' NOT NULL,
	`outlets_total` integer DEFAULT 0 NOT NULL,
	`outlets_free` integer DEFAULT 0 NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `sites_cell` ON `sites` (`cell`);--> statement-breakpoint
CREATE INDEX `sites_agent` ON `sites` (`agent_id`,`id`);--> statement-breakpoint
CREATE TABLE `audit_log` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`staff_id` text NOT NULL,
	`action` text NOT NULL,
	`subject` text NOT NULL,
	`before` text,
	`after` text,
	`request_id` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `audit_log_subject` ON `audit_log` (`subject`,`id`);--> statement-breakpoint
CREATE TABLE `favourite_sites` (
	`rider_id` text NOT NULL,
	`site_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`rider_id`, `site_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`owner` text NOT NULL,
	`key` text NOT NULL,
	`request_hash` text NOT NULL,
	`resource_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`owner`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `rider_sessions` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`rider_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `riders` (
	`id` text PRIMARY KEY NOT NULL,
	`openid` text NOT NULL,
	`unionid` text,
	`display_name` text NOT NULL,
	`real_name_verified_at` integer,
	`member_discount_bp` integer DEFAULT 0 NOT NULL,
	`status` text DEFAULT 'active' NOT NULL,
	`created_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `riders_openid_unique` ON `riders` (`openid`);--> statement-breakpoint
CREATE TABLE `staff` (
	`id` text PRIMARY KEY NOT NULL,
	`username` text NOT NULL,
	`display_name` text NOT NULL,
	`password_hash` text NOT NULL,
	`role` text NOT NULL,
	`scope` text NOT NULL,
	`failed_attempts` integer DEFAULT 0 NOT NULL,
	`locked_until` integer,
	`status` text DEFAULT 'active' NOT NULL,
	`created_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `staff_username_unique` ON `staff` (`username`);--> statement-breakpoint
CREATE TABLE `staff_sessions` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`staff_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `holds` (
	`order_id` text PRIMARY KEY NOT NULL,
	`rider_id` text NOT NULL,
	`amount_fen` integer NOT NULL,
	`deadline_at` integer NOT NULL,
	`created_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `ledger_entries` (
	`account_id` text NOT NULL,
	`seq` integer NOT NULL,
	`transaction_id` text NOT NULL,
	`amount_fen` integer NOT NULL,
	`balance_after_fen` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`account_id`, `seq`),
	CONSTRAINT "rider_account_not_overdrawn" CHECK("ledger_entries"."balance_after_fen" >= 0 OR "ledger_entries"."account_id" NOT GLOB 'rider:*' OR "ledger_entries"."account_id" GLOB 'rider:*:arrears'),
	CONSTRAINT "arrears_not_overpaid" CHECK("ledger_entries"."balance_after_fen" <= 0 OR "ledger_entries"."account_id" NOT GLOB 'rider:*:arrears')
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `ledger_transactions` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`order_id` text,
	`memo` text NOT NULL,
	`postings` text NOT NULL,
	`at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `tariff_versions` (
	`id` text PRIMARY KEY NOT NULL,
	`tariff_id` text NOT NULL,
	`effective_from` integer NOT NULL,
	`rules` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `tariff_versions_effective` ON `tariff_versions` (`tariff_id`,`effective_from`,`id`);--> statement-breakpoint
CREATE TABLE `tariffs` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`agent_id` text,
	`created_at` integer NOT NULL
) WITHOUT ROWID;--> statement-breakpoint
CREATE INDEX `audit_log_staff` ON `audit_log` (`staff_id`,`id`);--> statement-breakpoint
CREATE INDEX `rider_sessions_rider` ON `rider_sessions` (`rider_id`);--> statement-breakpoint
CREATE INDEX `staff_sessions_staff` ON `staff_sessions` (`staff_id`);
