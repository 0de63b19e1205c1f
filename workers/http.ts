import { createRoute, OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import type { Permission } from '../domain/access/permissions.ts';
import type { ErrorCode } from '../domain/errors.ts';
import { ApiError } from './api-error.ts';
import type { AppEnv } from './app-env.ts';
import { ERROR_CATALOGUE } from './middleware/error-catalogue.ts';
import { requirePermission } from './middleware/session.ts';

const ErrorEnvelope = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      requestId: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .openapi('Error');

/** Errors any route can answer. */
const COMMON: readonly ErrorCode[] = ['invalid_request', 'internal_error'];
const SIGNED_IN: readonly ErrorCode[] = ['unauthenticated', 'session_expired', 'forbidden'];

interface RouteDefinition {
  readonly method: RouteConfig['method'];
  readonly path: string;
  /** What the caller must hold; `public` asks for nothing and has to be said. */
  readonly permission: Permission | 'public';
  readonly tags: string[];
  readonly summary: string;
  readonly description?: string;
  readonly request?: NonNullable<RouteConfig['request']>;
  /** Error codes this route can answer besides the common ones. */
  readonly errors?: readonly ErrorCode[];
  readonly responses: RouteConfig['responses'];
}

/** `/sites/{id}` as the router spells it: `/sites/:id`. */
type RoutingPath<Path extends string> = Path extends `${infer Head}/{${infer Name}}${infer Tail}`
  ? `${Head}/:${Name}${RoutingPath<Tail>}`
  : Path;

type Documented<Definition extends RouteDefinition> = Omit<Definition, 'permission' | 'errors'> & {
  middleware: MiddlewareHandler<AppEnv>[];
};

/** A route with its permission, its documented errors and its schemas in one place. */
export function defineRoute<const Definition extends RouteDefinition>(definition: Definition) {
  const { permission, errors = [], responses, ...rest }: RouteDefinition = definition;
  const codes = [...new Set([...COMMON, ...(permission === 'public' ? [] : SIGNED_IN), ...errors])];
  const documented: RouteConfig = {
    ...rest,
    'x-permission': permission,
    security: permission === 'public' ? [] : [{ bearer: [] }],
    middleware: [requirePermission(permission)],
    responses: { ...responses, ...errorResponses(codes) },
  };
  // `createRoute` only adds a helper to what it is given; its generic parameter cannot see through the spread above.
  return createRoute(documented) as unknown as Documented<Definition> & {
    getRoutingPath(): RoutingPath<Definition['path']>;
  };
}

function errorResponses(codes: readonly ErrorCode[]): Record<number, unknown> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERROR_CATALOGUE[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.join(', '),
        content: {
          'application/json': {
            schema: ErrorEnvelope,
            examples: Object.fromEntries(
              list.map((code) => [
                code,
                {
                  value: {
                    error: {
                      code,
                      message: ERROR_CATALOGUE[code].zh,
                      requestId: '01JD0000000000000000000000',
                    },
                  },
                },
              ]),
            ),
          },
        },
      },
    ]),
  );
}

/** A router whose validation failures answer in the one error envelope. */
export const newRouter = (): OpenAPIHono<AppEnv> =>
  new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const issues = result.error.issues.slice(0, 10).map(({ path, message, code }) => ({
        path: path.join('.'),
        problem: code,
        message,
      }));
      throw new ApiError('invalid_request', { in: result.target, issues });
    },
  });

/** A JSON body that refuses fields it does not know. */
export const jsonBody = <Schema extends z.ZodType>(schema: Schema, example: z.input<Schema>) => ({
  required: true,
  content: { 'application/json': { schema, example } },
});

/** A JSON answer with its example. */
export const jsonResponse = <Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  example: z.output<Schema>,
) => ({ description, content: { 'application/json': { schema, example } } });
