import { lazy, Suspense, useEffect, useState } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { finishSignIn, signOut } from './auth.ts';
import { Empty, Loading, Problem } from './components.tsx';
import { instant } from './format.ts';
import { BookingsPage } from './pages/bookings-page.tsx';
import { ContainersPage } from './pages/containers-page.tsx';
import { ShipmentsPage } from './pages/shipments-page.tsx';
import { useClock, useMe } from './session.ts';

const MapPage = lazy(() => import('./pages/map-page.tsx'));
const AccountPage = lazy(() => import('./pages/account-page.tsx'));
const AccuracyPage = lazy(() => import('./pages/accuracy-page.tsx'));
const CarrierPage = lazy(() => import('./pages/carrier-page.tsx'));
const SecurityPage = lazy(() => import('./pages/security-page.tsx'));
const TeamPage = lazy(() => import('./pages/team-page.tsx'));
const ContainerPage = lazy(() => import('./pages/container-page.tsx'));

/** The console. */
export function App() {
  return (
    <Switch>
      <Route path="/auth/callback" component={Callback} />
      <Route component={Shell} />
    </Switch>
  );
}

function Callback() {
  const [, go] = useLocation();
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let current = true;
    finishSignIn().then(
      (to) => current && go(to, { replace: true }),
      (failure: unknown) => current && setError(failure),
    );
    return () => {
      current = false;
    };
  }, [go]);
  return (
    <main className="page">
      {error ? (
        <>
          <Problem error={error} />
          <p>
            <a href="/">Sign in again</a>
          </p>
        </>
      ) : (
        <Loading what="your session" />
      )}
    </main>
  );
}

/** The places of the console, each with the permission that opens it. */
const PLACES = [
  ['/map', 'Map', 'containers:read'],
  ['/containers', 'Containers', 'containers:read'],
  ['/shipments', 'Shipments', 'shipments:read'],
  ['/bookings', 'Bookings', 'bookings:read'],
  ['/accuracy', 'Accuracy', 'eta:read'],
  ['/carrier', 'Bookings', 'carrier-bookings:read'],
  ['/team', 'Team', 'users:read'],
  ['/security', 'Security', 'security:read'],
] as const;

function Shell() {
  const me = useMe();
  const [location] = useLocation();
  if (me.isPending) return <Loading what="the console" />;
  if (me.isError) {
    return (
      <main className="page">
        <Problem error={me.error} />
      </main>
    );
  }
  const places = PLACES.filter(([, , permission]) => me.data.permissions.includes(permission));
  const home = places[0]?.[0] ?? '/account';
  const here = PLACES.find(([path]) => location.startsWith(path));
  return (
    <>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <header className="bar">
        <Link href={home} className="brand">
          <img src="/favicon.svg" alt="" width="26" height="26" /> Fairlead
        </Link>
        <nav aria-label="Main">
          {places.map(([path, name]) => (
            <Link key={path} href={path} aria-current={location.startsWith(path) ? 'page' : undefined}>
              {name}
            </Link>
          ))}
          <a href="/docs">API</a>
        </nav>
        <ClockTag />
        <span className="who">
          <Link href="/account" aria-current={location === '/account' ? 'page' : undefined}>
            {me.data.name} <span className="muted">· {me.data.tenant.name}</span>
          </Link>
          <button type="button" className="quiet" onClick={() => void signOut()}>
            Sign out
          </button>
        </span>
      </header>
      <div id="content">
        <Suspense fallback={<Loading what="the page" />}>
          <Switch>
            {here && !places.includes(here) && (
              <Route>
                <main className="page">
                  <Empty title={`${here[1]}: not part of your role`}>
                    Ask an administrator of {me.data.tenant.name}, or <Link href={home}>go back to where you can</Link>.
                  </Empty>
                </main>
              </Route>
            )}
            <Route path="/">
              <Redirect to={home} replace />
            </Route>
            <Route path="/map" component={MapPage} />
            <Route path="/containers" component={ContainersPage} />
            <Route path="/containers/:number">{(params) => <ContainerPage number={params.number} />}</Route>
            <Route path="/shipments" component={ShipmentsPage} />
            <Route path="/bookings" component={BookingsPage} />
            <Route path="/accuracy" component={AccuracyPage} />
            <Route path="/carrier" component={CarrierPage} />
            <Route path="/team" component={TeamPage} />
            <Route path="/security" component={SecurityPage} />
            <Route path="/account" component={AccountPage} />
            <Route>
              <main className="page">
                <Empty title="There is no such page">
                  <Link href={home}>Go back to where you can</Link>
                </Empty>
              </main>
            </Route>
          </Switch>
        </Suspense>
      </div>
    </>
  );
}

function ClockTag() {
  const clock = useClock();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => tick((n) => n + 1), 1_000);
    return () => window.clearInterval(timer);
  }, []);
  if (clock.speed === 1) return null;
  return (
    <span className="clock" title="The demonstration’s clock runs faster than the wall clock">
      ×{clock.speed} · {instant(clock.now)}
    </span>
  );
}
