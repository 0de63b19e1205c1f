import { bodyLimit } from 'hono/body-limit';
import { adminChargingRoutes } from './charging/routes.admin.ts';
import { adminCaseRoutes } from './charging/routes.admin.cases.ts';
import { riderChargingRoutes } from './charging/routes.rider.ts';
import { adminDeviceLinkRoutes } from './fleet/routes.admin.device-link.ts';
import { deviceRoutes } from './fleet/routes.device.ts';
import { ApiError, newRouter } from './http.ts';
import { riderIdentityRoutes } from './identity/routes.rider.ts';
import { ridersRoutes } from './identity/routes.riders.ts';
import { staffIdentityRoutes } from './identity/routes.staff.ts';
import { answerError, answerNotFound } from './middleware/errors.ts';
import { requestContext } from './middleware/request-context.ts';
import { auditRoutes } from './operations/routes.audit.ts';
import { mountDocs } from './operations/routes.docs.ts';
import { systemRoutes } from './operations/routes.system.ts';

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
  app.route('/v1/rider', riderChargingRoutes());
  app.route('/v1/admin', adminChargingRoutes());
  app.route('/v1/admin', adminCaseRoutes());
  app.route('/v1/admin', adminDeviceLinkRoutes());

  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  // After every other mount: it describes what is there.
  mountDocs(app);
  return app;
}
