import { bodyLimit } from 'hono/body-limit';
import { ApiError } from './api-error.ts';
import { adminCaseRoutes } from './charging/routes.admin.cases.ts';
import { adminChargingRoutes } from './charging/routes.admin.ts';
import { riderChargingRoutes } from './charging/routes.rider.ts';
import { adminAlarmRoutes } from './fleet/routes.admin.alarms.ts';
import { adminBdtRoutes } from './fleet/routes.admin.bdts.ts';
import { adminChargerDtuRoutes } from './fleet/routes.admin.charger-dtu.ts';
import { adminChargerImportRoutes } from './fleet/routes.admin.charger-import.ts';
import { adminChargerRoutes } from './fleet/routes.admin.chargers.ts';
import { adminDeviceLinkRoutes } from './fleet/routes.admin.device-link.ts';
import { adminDeviceModelRoutes } from './fleet/routes.admin.device-models.ts';
import { adminDeviceTypeRoutes } from './fleet/routes.admin.device-types.ts';
import { adminDtuRoutes } from './fleet/routes.admin.dtus.ts';
import { adminNetworkNumberRoutes } from './fleet/routes.admin.network-numbers.ts';
import { adminSiteRoutes } from './fleet/routes.admin.sites.ts';
import { deviceRoutes } from './fleet/routes.device.ts';
import { riderFavouriteRoutes } from './fleet/routes.rider.favourites.ts';
import { riderSiteRoutes } from './fleet/routes.rider.sites.ts';
import { newRouter } from './http.ts';
import { riderIdentityRoutes } from './identity/routes.rider.ts';
import { ridersRoutes } from './identity/routes.riders.ts';
import { staffIdentityRoutes } from './identity/routes.staff.ts';
import { answerError, answerNotFound } from './middleware/errors.ts';
import { requestContext } from './middleware/request-context.ts';
import { auditRoutes } from './operations/routes.audit.ts';
import { mountDocs } from './operations/routes.docs.ts';
import { systemRoutes } from './operations/routes.system.ts';
import { adminTariffRoutes } from './pricing/routes.admin.ts';
import { adminLedgerRoutes } from './wallet/routes.admin.ts';
import { adminLedgerAuditRoutes } from './wallet/routes.audit.ts';
import { riderWalletRoutes } from './wallet/routes.rider.ts';

const LARGEST_BODY = 1024 * 1024;

/** The whole HTTP side: middleware first, then one mount a capability and audience. */
export function createApp() {
  const app = newRouter();
  app.use(requestContext);
  app.use(
    bodyLimit({
      maxSize: LARGEST_BODY,
      onError: () => {
        throw new ApiError('payload_too_large', { bytes: LARGEST_BODY });
      },
    }),
  );
  app.onError(answerError);
  app.notFound(answerNotFound);

  app.route('/', systemRoutes());
  app.route('/', riderIdentityRoutes());
  app.route('/', staffIdentityRoutes());
  app.route('/', ridersRoutes());
  app.route('/', auditRoutes());
  app.route('/', deviceRoutes());
  app.route('/', adminSiteRoutes());
  app.route('/', adminChargerRoutes());
  app.route('/', adminChargerDtuRoutes());
  app.route('/', adminChargerImportRoutes());
  app.route('/', adminAlarmRoutes());
  app.route('/', adminDeviceTypeRoutes());
  app.route('/', adminDeviceModelRoutes());
  app.route('/', adminBdtRoutes());
  app.route('/', adminNetworkNumberRoutes());
  app.route('/', adminDtuRoutes());
  app.route('/', riderSiteRoutes());
  app.route('/', riderFavouriteRoutes());
  app.route('/v1/rider', riderChargingRoutes());
  app.route('/v1/admin', adminChargingRoutes());
  app.route('/v1/admin', adminCaseRoutes());
  app.route('/v1/admin', adminDeviceLinkRoutes());
  app.route('/', adminTariffRoutes());
  app.route('/', riderWalletRoutes());
  app.route('/', adminLedgerRoutes());
  app.route('/', adminLedgerAuditRoutes());

  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  // After every other mount: it describes what is there.
  mountDocs(app);
  return app;
}
