import { bodyLimit } from 'hono/body-limit';
import { ApiError, newRouter } from './http.ts';
import { answerError, answerNotFound } from './middleware/errors.ts';
import { requestContext } from './middleware/request-context.ts';
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

  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  return app;
}
