import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  redirect,
} from '@tanstack/react-router';
import { SEVERITIES } from './api/alarms.ts';
import { ORDER_STATES } from './api/charging-orders.ts';
import { NotFoundPage, PageFailed, PagePending } from './pages/other-pages.tsx';
import { oneOf, parseSearch, readFilters, stringifySearch, textIn } from './search-params.ts';
import { session } from './session/session.ts';
import { firstPage } from './shell/navigation.ts';

const rootRoute = createRootRoute({ notFoundComponent: NotFoundPage });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  validateSearch: readFilters((search) => ({ next: textIn(search, 'next') })),
  component: lazyRouteComponent(() => import('./pages/sign-in-page.tsx'), 'SignInPage'),
});

const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  beforeLoad: ({ location }) => {
    if (session.read() !== null) return;
    throw redirect({ to: '/login', search: location.pathname === '/' ? {} : { next: location.href } });
  },
  component: lazyRouteComponent(() => import('./shell/app-shell.tsx'), 'AppShell'),
});

const startRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  component: () => <Navigate to={firstPage(session.read()?.staff.permissions ?? [])} replace />,
});

const liveRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/live',
  validateSearch: readFilters((search) => ({
    q: textIn(search, 'q'),
    state: oneOf(search, 'state', ['starting', 'charging']),
    order: textIn(search, 'order'),
  })),
  component: lazyRouteComponent(() => import('./pages/live-page.tsx'), 'LivePage'),
});

const chargersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/chargers',
  validateSearch: readFilters((search) => ({
    site: textIn(search, 'site'),
    online: oneOf(search, 'online', ['yes', 'no']),
    status: oneOf(search, 'status', ['active', 'decommissioned']),
    q: textIn(search, 'q'),
  })),
  component: lazyRouteComponent(() => import('./pages/chargers-page.tsx'), 'ChargersPage'),
});

const chargerRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/chargers/$chargerId',
  validateSearch: readFilters((search) => ({ outlet: textIn(search, 'outlet') })),
  component: lazyRouteComponent(() => import('./pages/charger-page.tsx'), 'ChargerPage'),
});

const ordersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/orders',
  validateSearch: readFilters((search) => ({
    site: textIn(search, 'site'),
    state: oneOf(search, 'state', ORDER_STATES),
    rider: textIn(search, 'rider'),
  })),
  component: lazyRouteComponent(() => import('./pages/orders-page.tsx'), 'OrdersPage'),
});

const orderRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/orders/$orderId',
  component: lazyRouteComponent(() => import('./pages/order-page.tsx'), 'OrderPage'),
});

const stuckRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/stuck',
  component: lazyRouteComponent(() => import('./pages/stuck-page.tsx'), 'StuckPage'),
});

const alarmsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/alarms',
  validateSearch: readFilters((search) => ({
    site: textIn(search, 'site'),
    severity: oneOf(search, 'severity', SEVERITIES),
    charger: textIn(search, 'charger'),
  })),
  component: lazyRouteComponent(() => import('./pages/alarms-page.tsx'), 'AlarmsPage'),
});

/** The pages by their addresses; filters stand in the address, so that a view can be sent to somebody. */
export const router = createRouter({
  routeTree: rootRoute.addChildren([
    signInRoute,
    shellRoute.addChildren([
      startRoute,
      liveRoute,
      chargersRoute,
      chargerRoute,
      ordersRoute,
      orderRoute,
      stuckRoute,
      alarmsRoute,
    ]),
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPendingComponent: PagePending,
  defaultErrorComponent: PageFailed,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
